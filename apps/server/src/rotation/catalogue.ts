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
