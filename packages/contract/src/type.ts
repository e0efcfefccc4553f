import { z } from 'zod';
import { call, Empty } from './call.ts';

/** Which of the common attributes a type shows. */
export const Attribute = z.enum(['dnsName', 'domain', 'url', 'description', 'department', 'location']);
export type Attribute = z.infer<typeof Attribute>;

export const ResourceType = z
  .object({
    name: z.string(),
    title: z.string(),
    category: z.string(),
    attributes: z.array(Attribute),
    /** How the console labels the log-in name of an account of this type. */
    accountLabel: z.string(),
    /** The driver that resets passwords of this type; null when the product cannot yet. */
    driver: z.string().nullable(),
    /** JSON Schema (2020-12) of the driver's settings; null without a driver. */
    resetSettings: z.unknown().nullable(),
    builtIn: z.boolean(),
  })
  .meta({ id: 'ResourceType' });
export type ResourceType = z.infer<typeof ResourceType>;
export const listResourceTypes = call({
  name: 'resource-type.list',
  method: 'GET',
  path: '/resource-types',
  scope: 'read',
  summary: 'Every resource type, with the settings its driver takes.',
  input: Empty,
  reply: z.object({ items: z.array(ResourceType) }),
});
