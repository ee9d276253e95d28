/** A clock that stands still until all that can happen now has happened, and then jumps to what comes next. */
export interface Clock {
  now(): number;
  /** Does it after `ms`, once. */
  after(ms: number, deed: () => void): void;
  /** Resolves after `ms`. */
  sleep(ms: number): Promise<void>;
  /** Runs until `isOver` says so, until that time, or until nothing more is to come. */
  run(untilMs: number, isOver: () => boolean): Promise<void>;
}

/** More than any run needs. */
const deedsMax = 400_000;

/** Deeds after which others of this process have their turn: messages, timers, the test runner. */
const deedsInARow = 5000;

/**
 * Goes on when everything that the deed has set off without waiting for the clock has run. Node runs its queue of ticks only when
 * no promise is left to be settled, and that is twenty times as fast as a turn of its loop.
 */
function afterAllOf(step: () => void, deeds: number): void {
  if (deeds % deedsInARow === 0) setImmediate(step);
  else queueMicrotask(() => process.nextTick(step));
}

interface Appointment {
  at: number;
  /** Appointments of one moment are kept in the order in which they were made. */
  turn: number;
  deed: () => void;
}

export function clockFrom(startMs: number): Clock {
  let now = startMs;
  let turns = 0;
  let deeds = 0;
  const heap: Appointment[] = [];

  const clock: Clock = {
    now: () => now,
    after(ms, deed) {
      push(heap, { at: now + Math.max(0, Math.ceil(ms)), turn: turns++, deed });
    },
    sleep: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
    run: (untilMs, isOver) =>
      new Promise((resolve, reject) => {
        const isAtEnd = () => heap[0] === undefined || heap[0].at > untilMs || isOver();
        const step = () => {
          try {
            if (isAtEnd()) {
              if (!isOver()) now = Math.max(now, untilMs);
              resolve();
              return;
            }
            const next = pop(heap);
            now = next.at;
            next.deed();
          } catch (error) {
            reject(error);
            return;
          }
          if (++deeds > deedsMax)
            reject(new Error(`more than ${deedsMax} deeds: something goes round for ever`));
          else afterAllOf(step, deeds);
        };
        step();
      }),
  };
  return clock;
}

function isBefore(a: Appointment, b: Appointment): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}

function push(heap: Appointment[], item: Appointment): void {
  let place = heap.push(item) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!swapIfBefore(heap, place, parent)) return;
    place = parent;
  }
}

function pop(heap: Appointment[]): Appointment {
  const [first] = heap;
  const last = heap.pop();
  if (!first || !last) throw new Error('the heap is empty');
  if (heap.length === 0) return first;
  heap[0] = last;
  for (let place = 0; ; ) {
    const left = 2 * place + 1;
    const right = left + 1;
    const [a, b] = [heap[left], heap[right]];
    if (!a) return first;
    const child = b && isBefore(b, a) ? right : left;
    if (!swapIfBefore(heap, child, place)) return first;
    place = child;
  }
}

/** Swaps two items of the heap if the first place's comes first. */
function swapIfBefore(heap: Appointment[], low: number, high: number): boolean {
  const [a, b] = [heap[low], heap[high]];
  if (!a || !b || !isBefore(a, b)) return false;
  [heap[low], heap[high]] = [b, a];
  return true;
}
