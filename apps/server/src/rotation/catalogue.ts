import type { Limits } from '@strongroom/driver-kit';
import { driverFor } from '@strongroom/drivers';
import { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import type { DriverCatalogue } from '../resource/index.ts';

/** What the drivers say of themselves, for forms and for checking settings. */
export const driverCatalogue: DriverCatalogue = {
  schemaOf(name) {
    const driver = driverFor(name);
    return driver ? z.toJSONSchema(driver.settings, { io: 'input' }) : null;
  },
  parse(name, settings) {
    const driver = driverFor(name);
    if (!driver)
      throw new Problem('settings-invalid', {
        detail: 'The product cannot reset passwords of this resource type yet.',
      });
    const parsed = driver.settings.safeParse(settings);
    if (!parsed.success) {
      throw new Problem('settings-invalid', {
        errors: parsed.error.issues.map((issue) => ({
          path: `settings.${issue.path.join('.')}`,
          message: issue.message,
        })),
      });
    }
    return parsed.data as Record<string, unknown>;
  },
  limitsOf: (name) => driverFor(name)?.limits,
};

/** What decides whether a driver's accounts can be asked; undefined for a driver that the product has not. */
export function traitsOf(
  name: string | null,
): { addressed: boolean; provable: boolean; resets: boolean; limits: Limits } | undefined {
  const driver = name === null ? undefined : driverFor(name);
  return (
    driver && {
      addressed: driver.addressed !== false,
      provable: driver.proof !== 'none',
      resets: driver.reset !== undefined,
      limits: driver.limits,
    }
  );
}
