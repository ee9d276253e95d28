import type { Defence } from './defence.ts';
import { agentDefences } from './mutants-agent.ts';
import { callerDefences } from './mutants-callers.ts';
import { doorDefences } from './mutants-doors.ts';
import { inputDefences } from './mutants-input.ts';
import { tokenDefences } from './mutants-tokens.ts';

/**
 * The defences that `SECURITY.md` names, each of which earns its place: without it the case that it names fails. Where a text is no longer
 * found, look at the defence again before its text.
 */
export const defences: Defence[] = [
  ...tokenDefences,
  ...callerDefences,
  ...doorDefences,
  ...inputDefences,
  ...agentDefences,
];
