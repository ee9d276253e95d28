import type { Attack } from './attack.ts';
import { addressAttacks } from './cases/addresses.ts';
import { encodingAttacks } from './cases/encodings.ts';
import { guestAttacks } from './cases/guests.ts';
import { keyAttacks } from './cases/keys.ts';
import { methodAttacks } from './cases/methods.ts';
import { nameAttacks } from './cases/names.ts';
import { replayAttacks } from './cases/replays.ts';
import { sizeAttacks } from './cases/sizes.ts';
import { tokenAttacks } from './cases/tokens.ts';

/** Every attack of the suite, and what must be let in. */
export const attacks: readonly Attack[] = [
  ...tokenAttacks,
  ...addressAttacks,
  ...nameAttacks,
  ...sizeAttacks,
  ...methodAttacks,
  ...encodingAttacks,
  ...replayAttacks,
  ...keyAttacks,
  ...guestAttacks,
];
