import { scriptLimits, type Limits, type Script } from '@strongroom/driver-kit';
import { driverFor } from '@strongroom/drivers';
import { z } from 'zod';
import { Problem } from '../platform/problem.ts';
import type { DriverCatalogue } from '../resource/index.ts';

/** What the drivers say of themselves, for forms and for checking settings. */
export const driverCatalogue: DriverCatalogue = {
  schemaOf(name) {
    const driver = driverFor(name);
    if (!driver) return null;
    const schema = z.toJSONSchema(driver.settings, { io: 'input' });
    // A dialogue belongs to the type, not to the resource.
    const { script: _, ...properties } = schema.properties ?? {};
    return { ...schema, properties };
  },
  parse(name, settings) {
    const driver = driverFor(name);
    if (!driver)
      throw new Problem('settings-invalid', {
        detail: 'The product cannot reset passwords of this resource type yet.',
      });
    // A dialogue belongs to the type: whoever sets up a resource cannot bring another.
    const { script: _, ...given } = (settings ?? {}) as Record<string, unknown>;
    const parsed = driver.settings.safeParse(given);
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
  limitsOf: (name, script) => (script === null ? driverFor(name)?.limits : scriptLimits(script)),
};

/** What decides whether a driver's accounts can be asked; undefined for a driver that the product has not. */
export function traitsOf(
  name: string | null,
  script: Script | null = null,
): { addressed: boolean; provable: boolean; resets: boolean; takesKeys: boolean; limits: Limits } | undefined {
  const driver = name === null ? undefined : driverFor(name);
  return (
    driver && {
      addressed: driver.addressed !== false,
      provable: driver.proof !== 'none',
      resets: driver.reset !== undefined,
      takesKeys: driver.authorise !== undefined,
      limits: script === null ? driver.limits : scriptLimits(script),
    }
  );
}
