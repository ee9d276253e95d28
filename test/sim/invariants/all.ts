import type { Checker } from '../checker.ts';
import { nothingIsLost } from './i1.ts';
import { deletesOnlyWhatIsRecorded } from './i2.ts';
import { stopsOnlyEmptyRows } from './i3.ts';
import { nothingRunsForNothing } from './i4.ts';
import { oneHolderOneResult } from './i5.ts';
import { onlyMovesOfTheTables } from './i6.ts';
import { drains } from './i7.ts';
import { outsidersChangeNothing } from './i8.ts';

/** The eight invariants of the design, section 5, fresh for one run. */
export function allCheckers(): Checker[] {
  return [
    nothingIsLost,
    deletesOnlyWhatIsRecorded,
    stopsOnlyEmptyRows(),
    nothingRunsForNothing(),
    oneHolderOneResult,
    onlyMovesOfTheTables,
    drains,
    outsidersChangeNothing,
  ];
}
