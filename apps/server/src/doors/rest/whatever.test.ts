import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letter } from '../../../../../tools/lib/letters.ts';
import { known, startDoor, type Door } from './testing/door.ts';
import { admin, db, root, web } from './testing/rows.ts';

let door: Door;
beforeAll(async () => {
  door = await startDoor();
  door.answers['account.reveal'] = (input) => {
    known(input);
    return { username: 'somebody', password: `secret of ${String(input['accountId'])}`, version: 1, candidate: null };
  };
});
afterAll(() => door.stop());

const keys = ['REASON', 'TICKETID', 'RESOURCENAME', 'ACCOUNTNAME', 'NEWPASSWORD', 'RESETTYPE', 'PASSWDID', 'RESOURCEID', 'ACCOUNTID', 'ACCOUNTLIST', 'LIMIT', 'STARTINDEX', 'VIEWTYPE', 'RESOURCEIDS', 'USERID', 'ACCESSTYPE', 'RESOURCECUSTOMFIELD', '__proto__', 'DURATION', 'STARTTIME', 'USERNAME', 'EMAIL', 'ROLE', 'EXPIRYDATE', 'ISAPIUSER', 'resourceGroupIds', 'userIds']; // prettier-ignore
const scalar = fc.oneof(fc.string({ unit: letter }), fc.nat(), fc.constantFrom('', "it's", 'a&b=c+d%41', '\u0000', 'true', '../..', '-1', 'view', '303', '307', '308'), fc.boolean(), fc.constant(null)); // prettier-ignore
const nested = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(fc.constantFrom(...keys), scalar, { maxKeys: 2 })); // prettier-ignore
const details = fc.dictionary(fc.constantFrom(...keys), nested, { maxKeys: 4 });

/** How INPUT_DATA was written: as JSON, as a Python repr, encoded, with something behind it, cut off, or not JSON at all. */
const written = fc
  .tuple(
    fc.oneof({ weight: 6, arbitrary: details }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) }),
    fc.nat(7),
    fc.string({ maxLength: 8 }),
  )
  .map(([value, how, junk]) => {
    const json = JSON.stringify({ operation: { [how % 2 === 0 ? 'details' : 'Details']: value } });
    const forms = [
      encodeURIComponent(json),
      json + junk,
      json.replaceAll('"', "'"),
      json.slice(0, -1 - junk.length),
      `${encodeURIComponent(json)}${junk}`,
      `\\${json}"`,
      junk,
    ];
    return forms[how] ?? json;
  });

const paths = [
  ['GET', 'resources/:r/accounts/:a/password'],
  ['GET', 'resources/:r/accounts/:a/password'],
  ['GET', 'resources/getResourceAccountDetails?RESOURCEID=:r&ACCOUNTID=:a'],
  ['PUT', 'resources/:r/accounts/:a/password'],
  ['GET', 'resources/:r/accounts/:a'],
  ['PUT', 'resources/:r/accounts/:a'],
  ['GET', 'resources/:r/accounts'],
  ['POST', 'resources/:r/accounts'],
  ['GET', 'resources'],
  ['POST', 'resources'],
  ['POST', 'resources/:r'],
  ['DELETE', 'resources/:r'],
  ['PUT', 'resources/:r/share'],
  ['PUT', 'resourcegroup/share'],
  ['POST', 'resourcegroup/:a/associateResources'],
  ['GET', 'accounts/:a/validateHelpDeskID'],
  ['POST', 'accounts/:a/requestpassword'],
  ['POST', 'accounts/:a/requester/:r/reject'],
  ['POST', 'accounts/:a/checkout'],
  ['POST', 'user'],
  ['PUT', 'user/lock?USERNAME=:a'],
  ['GET', 'audit'],
] as const;
/** Ids: of what is there, of nothing, and what no id can be. */
const id = fc.constantFrom('303', '304', '307', '308', '0', '9', '2147483648', '99999999999999999999', '-1', '3e2', '303%20', "'", '%00', '%ff', '..%2f', 'x'); // prettier-ignore
const request = fc.record({
  path: fc.constantFrom(...paths),
  of: fc.oneof(fc.tuple(id, id), fc.constantFrom(['303', '307'], ['304', '308'], ['303', '308'])),
  input: written,
  inBody: fc.boolean(),
  type: fc.constantFrom(undefined, 'application/json', 'text/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x', 'application/json; charset=utf-16'), // prettier-ignore
  slashes: fc.constantFrom('/', '//', '///'),
  end: fc.constantFrom('', '/', '?', '?&', '/?&X=1'),
  inHeader: fc.boolean(),
  extra: fc.constantFrom('', '&', '&INPUT_DATA=', '&REASON=because+so', '&%'),
});

/** A request target may hold printable ASCII only; the rest of what was written is encoded. */
const inTarget = (text: string): string =>
  Array.from(text, (letter) => (/^[!-"$-~]$/.test(letter) ? letter : encodeURIComponent(letter.isWellFormed() ? letter : '?'))).join(''); // prettier-ignore

describe('whatever clients send', () => {
  it('is answered with 200 and the envelope, never with a fault of ours, and never with another account than was asked for', async () => {
    const accounts = new Map([
      [`${String(web['number'])}/${String(admin['number'])}`, String(admin['id'])],
      [`${String(db['number'])}/${String(root['number'])}`, String(root['id'])],
    ]);
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(request, async ({ path: [method, path], of: [r = '', a = ''], ...one }) => {
        const named = path.replace(':r', r).replace(':a', a);
        const [place = '', query = ''] = named.split('?');
        const params = [query, one.inHeader ? '' : 'AUTHTOKEN=T', one.inBody ? '' : `INPUT_DATA=${inTarget(one.input)}${one.extra}`]; // prettier-ignore
        const target = `/restapi/json/v1${one.slashes}${place.replaceAll('/', one.slashes)}${one.end}`;
        const answer = await door.inject({
          method,
          url: `${target}${target.includes('?') ? '&' : '?'}${params.filter((part) => part !== '').join('&')}`,
          headers: {
            ...(one.inHeader ? { authtoken: 'T' } : {}),
            ...(one.type === undefined ? {} : { 'content-type': one.type }),
          },
          ...(one.inBody ? { payload: `INPUT_DATA=${one.input}` } : {}),
        });
        const { operation } = JSON.parse(answer.body) as {
          operation: { name: string; result: { status: string; message: string }; Details?: unknown };
        };
        // An address that cannot be decoded is none.
        expect(answer.statusCode).toBe(place.includes('%ff') ? 404 : 200);
        expect(operation.result.status).toMatch(/^(Success|Failed)$/);
        expect(operation.result.message).not.toContain('our side');
        const success = operation.result.status === 'Success';
        if (success && operation.name === 'GET PASSWORD') {
          opened++;
          expect(operation.Details).toEqual({ PASSWORD: `secret of ${accounts.get(`${r.replace('%20', '')}/${a.replace('%20', '')}`) ?? 'none'}` }); // prettier-ignore
        }
        const changed = door.inputOf('account.change-password');
        if (success && operation.name === 'CHANGE PASSWORD') expect(changed?.['accountId']).toBe(accounts.get(`${r}/${a}`)); // prettier-ignore
        door.asked.length = 0;
      }),
      { numRuns: 800 },
    );
    // It got as far as the passwords.
    expect(opened).toBeGreaterThan(10);
  });
});
