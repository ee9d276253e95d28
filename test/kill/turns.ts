/** Lets works that exclude each other run one after the other, in the order in which they come. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function makeTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // Whoever waits for the work hears of its error; those who come after it do not.
    last = turn.catch(() => {});
    return turn;
  };
}
