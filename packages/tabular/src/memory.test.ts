import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { readTable } from './index.ts';

const megabyte = 1024 * 1024;

test('200 MB of CSV are read at constant memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const lines = Array.from(
    { length: 8000 },
    (_, i) => `host-${i}.example.org,root,"pass,word ""${i}""",Größe ${i},"two\nlines",${'x'.repeat(40)}`,
  );
  const piece = Buffer.from(`${lines.join('\r\n')}\r\n`);
  const pieces = Math.ceil((200 * megabyte) / piece.length);
  const before = held();
  let most = 0;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('resource,account,password,size,note,filler\r\n');
    for (let i = 0; i < pieces; i++) {
      yield piece;
      if (i % 20 === 0) most = Math.max(most, held() - before);
    }
  };
  let rows = 0;
  let bad = 0;
  let last = 0;
  const options = { format: 'csv', maxBytes: 300 * megabyte, maxRows: 10_000_000, maxCellLength: 1000 } as const;
  for await (const row of readTable(source(), options)) {
    rows++;
    if (row.problem) bad++;
    last = row.line;
  }
  expect(rows).toBe(1 + pieces * 8000);
  expect(bad).toBe(0);
  expect(last).toBe(1 + pieces * 16_000 - 1);
  expect(most).toBeLessThan(64 * megabyte);
}, 180_000);
