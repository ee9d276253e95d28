import type { VerifyToken } from '../../src/core/callers.ts';
import { AppError } from '../../src/core/errors.ts';

/** In a world in memory `token-of-vm01` is the token of vm01, whose principal is that of {@link principalOf}. */
export const memoryVerify: VerifyToken = async (token) => {
  const name = /^token-of-(.+)$/.exec(token)?.[1];
  if (name === undefined) throw new AppError('not_proven', 'its token is not valid');
  return { principalId: principalOf(name), resourceId: undefined };
};

export function principalOf(name: string): string {
  return `principal-of-${name.toLowerCase()}`;
}
