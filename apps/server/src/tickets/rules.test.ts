import type { TicketCondition, TicketOperator } from '@strongroom/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import { evaluate, NotAnExpression, readExpression, type Expression, type Truth } from './expression.ts';
import { conditionsOf, misfit } from './rules.ts';

/** A second reader and evaluator: Dijkstra's shunting yard over numbers, where 0 is false, ½ unknown and 1 true. */
function secondly(text: string, rows: readonly Truth[]): Truth {
  const out: number[] = [];
  const operators: string[] = [];
  const binds: Record<string, number> = { or: 1, and: 2, not: 3 };
  const apply = (): void => {
    const operator = operators.pop();
    const right = out.pop() ?? Number.NaN;
    if (operator === 'not') out.push(1 - right);
    else {
      const left = out.pop() ?? Number.NaN;
      out.push(operator === 'and' ? Math.min(left, right) : Math.max(left, right));
    }
  };
  for (const word of text.toLowerCase().match(/[()]|[a-z]+\d*/g) ?? []) {
    if (word.startsWith('c')) {
      const row = rows[Number(word.slice(1)) - 1] ?? null;
      out.push(row === null ? 0.5 : Number(row));
    } else if (word === '(' || word === 'not') operators.push(word);
    else if (word === ')') {
      while (operators.at(-1) !== '(') apply();
      operators.pop();
    } else {
      while ((binds[operators.at(-1) ?? ''] ?? 0) >= (binds[word] ?? 0)) apply();
      operators.push(word);
    }
  }
  while (operators.length > 0) apply();
  return out[0] === 0.5 ? null : out[0] === 1;
}

const rows = 6;
const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.record({ is: fc.constant('row' as const), row: fc.nat(rows - 1) }),
    fc.record({ is: fc.constant('not' as const), of: tie('tree') }),
    fc.record({ is: fc.constantFrom('and' as const, 'or' as const), left: tie('tree'), right: tie('tree') }),
  ),
}));
/** As a person would write it: brackets only where they are needed, but for some. */
function written(expression: Expression, bare: (e: Expression) => boolean): string {
  const inside = (e: Expression): string => (bare(e) ? written(e, bare) : `( ${written(e, bare)} )`);
  switch (expression.is) {
    case 'row':
      return `C${expression.row + 1}`;
    case 'not':
      return `not ${inside(expression.of)}`;
    case 'and':
    case 'or':
      return `${inside(expression.left)} ${expression.is} ${inside(expression.right)}`;
  }
}

describe('an expression', () => {
  const texts = fc.oneof(
    tree.map((e) => written(e, (one) => one.is === 'row')),
    // Without any brackets it is another expression, and must be read by what binds before what.
    tree.map((e) => written(e, () => true).toUpperCase()),
    tree.map((e) => written(e, (one) => one.is === 'row' || one.is === 'not')),
  );

  it('says what a second reader and evaluator say of it, with rows that cannot be told among them', () => {
    const truths = fc.array(fc.constantFrom<Truth>(true, false, null), { minLength: rows, maxLength: rows });
    fc.assert(
      fc.property(texts, truths, (text, said) => {
        expect(evaluate(readExpression(text, rows), said)).toBe(secondly(text, said));
      }),
      { numRuns: 2000 },
    );
  });

  it('is every row together when it is empty', () => {
    expect(evaluate(readExpression('  ', 2), [true, true])).toBe(true);
    expect(evaluate(readExpression('', 2), [true, null])).toBe(null);
    expect(evaluate(readExpression('', 0), [])).toBe(true);
  });

  it.each([
    ['C1 and', 'It ends where a row such as C1 should be.'],
    ['C1 C2', '“c2” stands where “and”, “or” or the end should.'],
    ['(C1', 'It ends where “)” should be.'],
    ['C3 or C1', 'There is no row C3.'],
    ['C1 && C2', '“&” stands where “and”, “or” or the end should.'],
    [`${'('.repeat(80)}C1${')'.repeat(80)}`, 'It is nested too deeply.'],
    ['C0', '“c0” stands where a row such as C1 should.'],
  ])('%s is none', (text, says) => {
    expect(() => readExpression(text, 2)).toThrow(new NotAnExpression(says));
  });
});

describe('two texts', () => {
  const now = Date.parse('2026-11-27T12:00:00Z');
  it.each<[string, TicketOperator, string, Truth]>([
    [' High ', 'EQUAL', 'high', true],
    ['High', 'NOT_EQUAL', 'low', true],
    ['reset of db-1 tonight', 'CONTAINS', 'DB-1', true],
    ['reset', 'NOT_CONTAINS', 'db', true],
    ['INC001', 'STARTS_WITH', 'inc', true],
    ['INC001', 'ENDS_WITH', '002', false],
    ['9', 'LESS_THAN', '10', true],
    ['10', 'LESS_THAN_EQUAL', '10.0', true],
    ['11', 'GREATER_THAN', '10', true],
    ['10', 'GREATER_THAN_EQUAL', '11', false],
    ['2026-11-27T13:30:00.000+0200', 'LESS_THAN', 'now', true],
    ['2026-11-27 12:30:00', 'GREATER_THAN', 'now', true],
    ['1795770000000', 'LESS_THAN', '2026-11-28', true],
    ['2026-11-27', 'GREATER_THAN', '5', null],
    ['soon', 'GREATER_THAN', '5', null],
    ['2026-13-45', 'LESS_THAN', 'now', null],
    ['', 'NOT_EQUAL', 'x', null],
    ['x', 'NOT_CONTAINS', ' ', null],
  ])('%j %s %j is %s', (left, operator, right, truth) => {
    expect(compare(operator, left, right, now)).toBe(truth);
  });
});

describe('rules over tickets', () => {
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  /** The same by patterns. */
  const second: Partial<Record<TicketOperator, (value: string) => (field: string) => boolean>> = {
    EQUAL: (v) => (f) => new RegExp(`^${escaped(v)}$`, 'i').test(f),
    NOT_EQUAL: (v) => (f) => !new RegExp(`^${escaped(v)}$`, 'i').test(f),
    CONTAINS: (v) => (f) => new RegExp(escaped(v), 'i').test(f),
    NOT_CONTAINS: (v) => (f) => !new RegExp(escaped(v), 'i').test(f),
    STARTS_WITH: (v) => (f) => new RegExp(`^${escaped(v)}`, 'i').test(f),
    ENDS_WITH: (v) => (f) => new RegExp(`${escaped(v)}$`, 'i').test(f),
    LESS_THAN: (v) => (f) => Number(f) - Number(v) < 0,
    LESS_THAN_EQUAL: (v) => (f) => Number(f) - Number(v) <= 0,
    GREATER_THAN: (v) => (f) => Number(v) - Number(f) < 0,
    GREATER_THAN_EQUAL: (v) => (f) => Number(v) - Number(f) <= 0,
  };
  const measuring = (operator: TicketOperator): boolean => /THAN/.test(operator);
  const words = fc.stringMatching(/^[aAbB.*]{1,4}$/);
  const condition = fc.constantFrom(...(Object.keys(second) as TicketOperator[])).chain((operator) =>
    fc.record<TicketCondition>({
      field: measuring(operator) ? fc.constantFrom('count') : fc.constantFrom('subject', 'state'),
      operator: fc.constant(operator),
      value: measuring(operator) ? fc.nat(20).map(String) : words,
    }),
  );

  it('let through exactly what a second telling of all operators and of the expression lets through', () => {
    const ticket = fc.record({ subject: words, state: words, count: fc.nat(20).map(String) }, { requiredKeys: [] });
    const conditions = fc.array(condition, { minLength: rows, maxLength: rows });
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(conditions, tree, ticket, (made, expression, fields) => {
        const text = written(expression, (one) => one.is === 'row');
        const rules = { conditions: made, conditionsExpression: text, mapping: [], mappingExpression: '' };
        const values = new Map(Object.entries(fields));
        const told = made.map(({ field, operator, value }): Truth => {
          const has = values.get(field);
          return has === undefined ? null : (second[operator]?.(value)(has) ?? null);
        });
        const fits = misfit(rules, values, {}) === undefined;
        expect(conditionsOf(rules, values).rows).toEqual(told);
        expect(fits).toBe(secondly(text, told) === true);
        seen.add(fits);
      }),
      { numRuns: 1500 },
    );
    expect(seen.size).toBe(2);
    // What is known here against a ticket's fields, in an expression of its own.
    const mapped = {
      ...{ conditions: [], conditionsExpression: '', mappingExpression: 'C1 and (C2 or not C3)' },
      mapping: [
        { field: 'requester', operator: 'EQUAL', column: 'user' },
        { field: 'subject', operator: 'CONTAINS', column: 'resource' },
        { field: 'asset', operator: 'EQUAL', column: 'Resource@Asset tag' },
      ] as const,
    };
    const rules = { ...mapped, mapping: [...mapped.mapping] };
    const own = { user: 'Alice', resource: 'db-1', 'Resource@Asset tag': 'A-7' };
    const of = (fields: Record<string, string>): boolean =>
      misfit(rules, new Map(Object.entries(fields)), own) === undefined;
    expect(of({ requester: 'alice', subject: 'on DB-1', asset: 'a-7' })).toBe(true);
    expect(of({ requester: 'alice', subject: 'on db-2', asset: 'a-8' })).toBe(true);
    expect(of({ requester: 'alice', subject: 'on db-2', asset: 'a-7' })).toBe(false);
    expect(of({ requester: 'alice', subject: 'on db-2' })).toBe(false);
    expect(of({ requester: 'bob', subject: 'on db-1', asset: 'a-7' })).toBe(false);
    expect(of({ subject: 'on db-1' })).toBe(false);
  });
});
