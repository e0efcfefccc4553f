import { drivers } from '@strongroom/drivers';
import { describe, expect, it } from 'vitest';
import { driversWithAddress } from '../resource/index.ts';
import { driverCatalogue, traitsOf } from './catalogue.ts';

describe('what drivers say of themselves', () => {
  it('names every driver whose service has an address of its own', () => {
    const names = drivers.filter((driver) => !traitsOf(driver.type)?.addressed).map(({ type }) => type);
    expect(names.sort()).toEqual([...driversWithAddress].sort());
  });

  it('gives a schema for a form and settings that can be used, of every driver', () => {
    for (const { type } of drivers) {
      expect(driverCatalogue.schemaOf(type), type).toMatchObject({ type: 'object' });
      expect(driverCatalogue.parse(type, {}), type).toEqual(expect.any(Object));
    }
  });
});
