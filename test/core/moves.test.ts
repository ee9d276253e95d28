import { describe, expect, it } from 'vitest';
import { canMoveJob, canMoveVm, jobMoves, vmMoves } from '../../src/core/moves.ts';

describe('the table of job moves', () => {
  it('lets every state but the ended ones reach completed', () => {
    for (const state of ['received', 'assigned', 'processing', 'failed', 'deferred'] as const)
      expect(canMoveJob(state, 'completed'), state).toBe(true);
  });

  it('lets nothing leave completed or cancelled', () => {
    expect(jobMoves.completed).toEqual([]);
    expect(jobMoves.cancelled).toEqual([]);
  });

  it('begins work only on a VM: processing comes from assigned alone', () => {
    const before = Object.entries(jobMoves).filter(([, to]) =>
      (to as readonly string[]).includes('processing'),
    );
    expect(before.map(([from]) => from)).toEqual(['assigned']);
  });
});

describe('the table of VM moves', () => {
  it('lets stopping end in deallocated only, or be written again', () => {
    expect(vmMoves.stopping).toEqual(['stopping', 'deallocated']);
    expect(canMoveVm('stopping', 'running')).toBe(false);
  });

  it('stops only what is up or coming up', () => {
    expect(canMoveVm('deallocated', 'stopping')).toBe(false);
  });
});
