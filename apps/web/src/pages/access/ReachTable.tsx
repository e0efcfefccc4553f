import { Button } from '@mantine/core';
import type { Decider, Permission, Standing } from '@strongroom/contract';
import type { ReactNode } from 'react';
import { access } from '../../lib/messages/access.ts';
import { deciderWord, holdWord } from '../../parts/shares/words.ts';
import css from './access.module.css';

export interface ReachRow {
  readonly id: string;
  readonly name: ReactNode;
  readonly note: ReactNode;
  readonly hold: Standing;
  readonly decidedBy: Decider;
  readonly ways: readonly {
    readonly by: Decider;
    readonly permission: Permission | null;
    readonly through: readonly string[];
  }[];
  /** Leads to the whole why of this row. */
  readonly why: ReactNode;
}

/** Rows of who or what is reached, with the hold and in short by which way. */
export function ReachTable(props: {
  readonly rows: readonly ReachRow[];
  readonly first: string;
  readonly more: boolean;
  readonly loadMore: () => void;
  readonly busy: boolean;
}) {
  return (
    <>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{props.first}</th>
            <th scope="col">{access('hold')}</th>
            <th scope="col">{access('how')}</th>
            <th scope="col" className={css.noPrint}>
              <span className="sr">{access('explain')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => {
            const through = [...new Set(row.ways.flatMap((way) => way.through))];
            return (
              <tr key={row.id}>
                <th scope="row">
                  {row.name}
                  {row.note && <span className="dim"> {row.note}</span>}
                </th>
                <td>
                  <b>{holdWord(row.hold)}</b>
                </td>
                <td>
                  {deciderWord(row.decidedBy)}
                  {through.length > 0 && (
                    <span className="dim"> {access('through', { names: through.join(', ') })}</span>
                  )}
                </td>
                <td className={css.noPrint}>{row.why}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {props.more && (
        <div className={css.more}>
          <Button variant="default" size="xs" loading={props.busy} onClick={props.loadMore}>
            {access('next')}
          </Button>
        </div>
      )}
    </>
  );
}
