import type { Rules } from './rules.ts';

/** How long one run of an action may take (ms). */
export function timeLimitMsOf(action: string, rules: Rules): number {
  const { actionMsMaxByAction: own, actionMsMax } = rules;
  // An object inherits names as every object does, such as `constructor`.
  return (Object.hasOwn(own, action) ? own[action] : undefined) ?? actionMsMax;
}

/** The shortest of all actions' limits: before it is over, no run can have been too long. */
export function shortestTimeLimitMs(rules: Rules): number {
  return Math.min(rules.actionMsMax, ...Object.values(rules.actionMsMaxByAction));
}
