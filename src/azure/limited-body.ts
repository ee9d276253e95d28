import { Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';

/**
 * The body of an answer as a stream of at most so many bytes. More fail it with `bad_input`; a connection that breaks, or
 * its time being up, with `unavailable`. Reading it to the end or destroying it sets the connection free.
 */
export function limitedBody(response: Response, sizeBytesMax: number): Readable {
  const reader = response.body?.getReader();
  let bytes = 0;
  return new Readable({
    async read() {
      try {
        const { done = true, value } = (await reader?.read()) ?? {};
        bytes += value?.length ?? 0;
        if (bytes <= sizeBytesMax) this.push(done ? null : value);
        else this.destroy(tooLarge(sizeBytesMax));
      } catch (cause) {
        this.destroy(new AppError('unavailable', `the item broke off after ${bytes} bytes`, { cause }));
      }
    },
    async destroy(error, done) {
      // What has failed already refuses to be cancelled, and needs no cancelling.
      await reader?.cancel().catch(() => undefined);
      done(error);
    },
  });
}

function tooLarge(sizeBytesMax: number): AppError {
  return new AppError('bad_input', `the item has more than ${sizeBytesMax} bytes (sizeBytesMax)`);
}
