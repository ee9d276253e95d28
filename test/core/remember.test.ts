import { describe, expect, it } from 'vitest';
import { remember } from '../../src/core/remember.ts';

/** Something that can be read, with a clock that stands still until it is moved. */
function opened() {
  let now = 0;
  let readings = 0;
  let answer: () => Promise<number> = async () => readings;
  const limits = { freshMsMax: 5000, keptMsMax: 20_000, againMsMin: 100 };
  const remembered = remember(
    () => {
      readings += 1;
      return answer();
    },
    limits,
    () => now,
  );
  return {
    ...remembered,
    pass: (ms: number) => {
      now += ms;
    },
    readings: () => readings,
    answerWith: (given: () => Promise<number>) => {
      answer = given;
    },
  };
}

describe('what is remembered', () => {
  it('is read once, and again when it is too old', async () => {
    const it = opened();
    expect(await it.read()).toBe(1);
    it.pass(5000);
    expect(await it.read()).toBe(1);
    expect(it.readings()).toBe(1);
    it.pass(15_001);
    expect(await it.read()).toBe(2);
  });

  it('is read once for however many ask at a time', async () => {
    const it = opened();
    expect(await Promise.all([it.read(), it.read(), it.readAgain(), it.read()])).toEqual([1, 1, 1, 1]);
    expect(it.readings()).toBe(1);
  });

  it('serves on from some age on, while it is read anew', async () => {
    const it = opened();
    await it.read();
    it.pass(5001);
    expect(await it.read()).toBe(1);
    expect(it.readings()).toBe(2);
    expect(await it.read()).toBe(2);
  });

  it('outlives an outage that is shorter than the rest of its time', async () => {
    const it = opened();
    await it.read();
    it.answerWith(() => Promise.reject(new Error('out')));
    it.pass(20_000);
    expect(await it.read()).toBe(1);
    it.pass(1);
    await expect(it.read()).rejects.toThrow('out');
  });

  it('is never a failure', async () => {
    const it = opened();
    it.answerWith(() => Promise.reject(new Error('out')));
    await expect(Promise.all([it.read(), it.read()])).rejects.toThrow('out');
    expect(it.readings()).toBe(1);
    it.answerWith(async () => 7);
    it.pass(1000);
    expect(await it.read()).toBe(7);
  });

  it('is not read in a row while that fails', async () => {
    const it = opened();
    it.answerWith(() => Promise.reject(new Error('out')));
    for (let count = 0; count < 10; count++) {
      await expect(it.read()).rejects.toThrow('out');
      await expect(it.readAgain()).rejects.toThrow('out');
      it.pass(500);
    }
    expect(it.readings()).toBe(5);
  });

  it('is read again for whoever doubts it, but not in a row', async () => {
    const it = opened();
    await it.read();
    it.pass(99);
    expect(await it.readAgain()).toBe(1);
    it.pass(1);
    expect(await it.readAgain()).toBe(2);
    expect(await it.readAgain()).toBe(2);
  });
});
