import { AppError } from '../../core/errors.ts';
import { Column } from './column.ts';
import type { ColumnProfile } from './table-profile.ts';

/** More would be no table but an object used as a map; the statistics of each column take memory. */
const columnsMax = 1000;

/** The rows that went by and the columns that were met in them, in the order of their first appearance. */
export class Table {
  rows = 0;
  readonly #columns = new Map<string, Column>();

  /** The column of this name, a new one if it was not met before. Throws `bad_input` when there are too many. */
  column(name: string): Column {
    const known = this.#columns.get(name);
    if (known) return known;
    if (this.#columns.size >= columnsMax) throw new AppError('bad_input', `more than ${columnsMax} columns`);
    const column = new Column(name);
    this.#columns.set(name, column);
    return column;
  }

  /** A column of its own, under this name or, if that is taken, the next free one like it: `name (2)`. */
  newColumn(name: string): Column {
    let free = name;
    for (let number = 2; this.#columns.has(free); number += 1) free = `${name} (${number})`;
    return this.column(free);
  }

  profile(): ColumnProfile[] {
    return [...this.#columns.values()].map((column) => column.profile(this.rows));
  }
}
