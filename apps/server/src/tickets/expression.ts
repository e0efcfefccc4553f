/** True, false, or null where it cannot be told. */
export type Truth = boolean | null;

/** `row` counts from 0. */
export type Expression =
  | { readonly is: 'row'; readonly row: number }
  | { readonly is: 'not'; readonly of: Expression }
  | { readonly is: 'and' | 'or'; readonly left: Expression; readonly right: Expression };

/** Thrown for a text that is no expression: a sentence that says where. */
export class NotAnExpression extends Error {}

const deepest = 50;

/**
 * Reads `C1 and (C2 or not C3)`: rows are C1 to Cn, `not` binds before `and`, `and` before `or`, capitals do not count. An empty text is every
 * row together; null when there is none. Throws `NotAnExpression`.
 */
export function readExpression(text: string, rows: number): Expression | null {
  const tokens = [...text.matchAll(/\s*(?:([()])|([A-Za-z][A-Za-z0-9]*)|(\S))/gu)];
  if (tokens.length === 0) {
    const all = Array.from({ length: rows }, (_, row): Expression => ({ is: 'row', row }));
    return all.length === 0 ? null : all.reduce((left, right) => ({ is: 'and', left, right }));
  }
  let at = 0;
  const word = (): string => (tokens[at]?.[1] ?? tokens[at]?.[2] ?? tokens[at]?.[3] ?? '').toLowerCase();
  const fault = (expected: string): NotAnExpression =>
    new NotAnExpression(
      at < tokens.length
        ? `“${word().slice(0, 20)}” stands where ${expected} should.`
        : `It ends where ${expected} should be.`,
    );

  const single = (depth: number): Expression => {
    if (depth > deepest) throw new NotAnExpression('It is nested too deeply.');
    const now = word();
    if (now === 'not') {
      at++;
      return { is: 'not', of: single(depth + 1) };
    }
    if (now === '(') {
      at++;
      const inside = either(depth + 1);
      if (word() !== ')') throw fault('“)”');
      at++;
      return inside;
    }
    const number = /^c([1-9]\d?)$/.exec(now)?.[1];
    if (number === undefined) throw fault('a row such as C1');
    if (Number(number) > rows) throw new NotAnExpression(`There is no row C${number}.`);
    at++;
    return { is: 'row', row: Number(number) - 1 };
  };
  const both = (depth: number): Expression => {
    let left = single(depth);
    while (word() === 'and') {
      at++;
      left = { is: 'and', left, right: single(depth) };
    }
    return left;
  };
  const either = (depth: number): Expression => {
    let left = both(depth);
    while (word() === 'or') {
      at++;
      left = { is: 'or', left, right: both(depth) };
    }
    return left;
  };
  const read = either(0);
  if (at < tokens.length) throw fault('“and”, “or” or the end');
  return read;
}

/** What the rows say together. A row that cannot be told stays so, unless the others decide without it (Kleene's logic). */
export function evaluate(expression: Expression | null, rows: readonly Truth[]): Truth {
  if (expression === null) return true;
  switch (expression.is) {
    case 'row':
      return rows[expression.row] ?? null;
    case 'not': {
      const of = evaluate(expression.of, rows);
      return of === null ? null : !of;
    }
    case 'and': {
      const [left, right] = [evaluate(expression.left, rows), evaluate(expression.right, rows)];
      return left === false || right === false ? false : left === null || right === null ? null : true;
    }
    case 'or': {
      const [left, right] = [evaluate(expression.left, rows), evaluate(expression.right, rows)];
      return left === true || right === true ? true : left === null || right === null ? null : false;
    }
  }
}
