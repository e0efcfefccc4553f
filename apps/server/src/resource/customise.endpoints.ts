import {
  createField,
  createResourceType,
  createTag,
  createTagValue,
  deleteField as deleteFieldCall,
  deleteResourceType,
  deleteTag,
  deleteTagValue,
  listFields,
  listResourceTypes,
  listTags,
  setTypeIcon,
  tagResource,
  updateField,
  updateResourceType,
  updateTag,
  updateTagValue,
  type Field,
  type FieldId,
  type ResourceType,
} from '@strongroom/contract';
import { sql } from 'kysely';
import type { z } from 'zod';
import { endpoint, type Endpoint, type StreamEndpoint } from '../authorise/index.ts';
import type { OrganisationDb } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';
import { builtInTypes } from './built-in-types.ts';
import { addField, changeField, countValues, deleteField } from './define-fields.ts';
import { addTag, addTagValue, changeTag, changeTagValue, deleteTagOrValue, readTag, readTags } from './define-tags.ts';
import { readFields, type FieldRow } from './fields.ts';
import { remakeIcon } from './icons.ts';
import { addType, changeType, deleteType } from './own-types.ts';
import { changeTags, tagsOf } from './tags.ts';
import { readOwnTypes, type DriverCatalogue, type KnownType } from './types.ts';

const fieldReply = (row: FieldRow, values: number | null): z.input<typeof Field> => ({
  id: row.id as FieldId,
  belongsTo: row.belongsTo,
  slot: row.slot,
  name: row.name,
  kind: row.kind,
  description: row.description,
  options: row.options,
  required: row.required,
  types: row.types,
  values,
  version: row.version,
});
async function oneField(db: OrganisationDb, id: string): Promise<z.input<typeof Field>> {
  const row = (await readFields(db)).find((field) => field.id === id);
  if (!row) throw new Error('no such field');
  return fieldReply(row, (await countValues(db)).get(id) ?? 0);
}

function typeReply(
  type: Pick<KnownType, 'name' | 'category' | 'attributes' | 'accountLabel' | 'driver' | 'holdsFiles'> &
    Partial<KnownType>,
  catalogue: DriverCatalogue,
  fields: readonly FieldRow[],
): z.input<typeof ResourceType> {
  const resetSettings = type.driver === null ? null : catalogue.schemaOf(type.driver);
  return {
    id: (type.id ?? null) as z.input<typeof ResourceType>['id'],
    name: type.name,
    title: type.name,
    category: type.category,
    attributes: [...type.attributes],
    accountLabel: type.accountLabel,
    resetsLike: type.resetsLike ?? null,
    script: type.script ?? null,
    holdsFiles: type.holdsFiles,
    fileFieldIds: fields.flatMap((field) =>
      field.kind === 'file' && field.types.includes(type.name) ? [field.id as FieldId] : [],
    ),
    driver: resetSettings === null ? null : type.driver,
    resetSettings,
    builtIn: type.id === undefined,
    icon: type.icon ?? null,
    version: type.version ?? 1,
  };
}
async function oneType(
  db: OrganisationDb,
  catalogue: DriverCatalogue,
  id: string,
): Promise<z.input<typeof ResourceType>> {
  const type = (await readOwnTypes(db)).find((one) => one.id === id);
  if (!type) throw new Error('no such type');
  return typeReply(type, catalogue, await readFields(db));
}

const typeOf = (input: { resourceTypeId: string }): string => input.resourceTypeId;
const tagOf = (input: { tagId: string }): string => input.tagId;
const valueOf = (input: { tagValueId: string }): string => input.tagValueId;

/** Fields, tags and types of the organisation's own. */
export const customiseEndpoints = (catalogue: DriverCatalogue): Endpoint[] => [
  endpoint(listResourceTypes, {
    async run(grant) {
      const [own, fields] = await Promise.all([readOwnTypes(grant.db), readFields(grant.db)]);
      return { items: [...builtInTypes, ...own].map((type) => typeReply(type, catalogue, fields)) };
    },
  }),
  endpoint(createResourceType, {
    run: async (grant, input) => oneType(grant.db, catalogue, await addType(grant, input)),
  }),
  endpoint(updateResourceType, {
    object: typeOf,
    async run(grant, { resourceTypeId: _, ...changes }) {
      await changeType(grant, changes);
      return oneType(grant.db, catalogue, grant.objectId);
    },
  }),
  endpoint(deleteResourceType, {
    object: typeOf,
    async run(grant) {
      await deleteType(grant);
      return {};
    },
  }),
  endpoint(setTypeIcon, {
    object: typeOf,
    async run(grant, input) {
      const typeId = grant.objectId;
      await grant.db.deleteFrom('resourceTypeIcon').where('typeId', '=', typeId).execute();
      if (input.png !== null)
        await grant.db
          .insertInto('resourceTypeIcon')
          .values({ organisationId: grant.actor.organisationId, typeId, png: remakeIcon(input.png) })
          .execute();
      grant.note({ icon: input.png === null ? 'taken away' : 'set' });
      return oneType(grant.db, catalogue, typeId);
    },
  }),
  endpoint(listFields, {
    async run(grant, input, facts) {
      const fields = await readFields(grant.db, input.belongsTo);
      // How many values there are tells of objects that the asker may not see: only who sets fields up is told.
      const counts = input.counts && facts.permits.includes('customise') ? await countValues(grant.db) : undefined;
      return { items: fields.map((field) => fieldReply(field, counts ? (counts.get(field.id) ?? 0) : null)) };
    },
  }),
  endpoint(createField, {
    run: async (grant, { belongsTo, kind, ...details }) =>
      oneField(grant.db, await addField(grant, belongsTo, kind, details)),
  }),
  endpoint(updateField, {
    object: (input) => input.fieldId,
    async run(grant, { fieldId: _, ...changes }) {
      await changeField(grant, changes);
      return oneField(grant.db, grant.objectId);
    },
  }),
  endpoint(deleteFieldCall, {
    object: (input) => input.fieldId,
    run: async (grant) => ({ values: await deleteField(grant) }),
  }),
  endpoint(listTags, {
    run: async (grant, input, facts) => ({
      items: await readTags(grant.db, { counts: input.counts && facts.permits.includes('customise') }),
    }),
  }),
  endpoint(createTag, {
    run: async (grant, input) => readTag(grant.db, await addTag(grant, input)),
  }),
  endpoint(updateTag, {
    object: tagOf,
    async run(grant, { tagId: _, ...changes }) {
      await changeTag(grant, changes);
      return readTag(grant.db, grant.objectId);
    },
  }),
  endpoint(deleteTag, { object: tagOf, run: async (grant) => ({ resources: await deleteTagOrValue(grant) }) }),
  endpoint(createTagValue, {
    object: tagOf,
    async run(grant, { tagId: _, ...value }) {
      await addTagValue(grant, value);
      return readTag(grant.db, grant.objectId);
    },
  }),
  endpoint(updateTagValue, {
    object: valueOf,
    run: async (grant, { tagValueId: _, ...changes }) => readTag(grant.db, await changeTagValue(grant, changes)),
  }),
  endpoint(deleteTagValue, { object: valueOf, run: async (grant) => ({ resources: await deleteTagOrValue(grant) }) }),
  endpoint(tagResource, {
    object: (input) => input.resourceId,
    async run(grant, input) {
      await changeTags(grant, input);
      return { tags: (await tagsOf(grant.db, [grant.objectId]))(grant.objectId) };
    },
  }),
];

/** The picture of a type. It was made anew from its pixels, and no browser takes it for anything else. */
export const readTypeIcon: StreamEndpoint = {
  name: 'resource-type.read-icon',
  method: 'GET',
  path: '/resource-types/:resourceTypeId/icon',
  summary: 'The picture of a resource type, as PNG.',
  takes: 'none',
  async handle({ perform, actor, params }) {
    const objectId = params['resourceTypeId'] ?? '';
    const body = await perform({ actor, action: 'resource-type.read-icon', objectId }, async (grant) => {
      const { rows } = await sql<{
        png: Buffer;
      }>`select png from resource_type_icon where type_id = ${grant.objectId}`.execute(grant.db);
      if (!rows[0]) throw new Problem('not-found');
      return rows[0].png;
    });
    return {
      type: 'image/png',
      // Its address changes with it: `?v=` and what `icon` says of the type.
      headers: {
        'cache-control': 'private, max-age=86400',
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
      },
      body,
    };
  },
};
