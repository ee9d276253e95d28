import type { RequestPolicyFactory } from '@azure/storage-blob';
import { sendWithRetries } from './retry.ts';

/** How the clients talk to Azure, apart from who talks. */
export interface TransportOptions {
  /** PEM of an authority to trust besides the system's, for these clients alone. */
  ca?: string;
  /** Called once per storage operation; its retries belong to it. */
  onRequest?: () => void;
}

/** Long enough for one block of an upload over a slow line; without it a lost answer would be waited for without end. */
const requestMsMax = 60_000;

/** Options of a blob or queue pipeline. It does not retry by itself: the policy below does. */
export function pipelineOptions({ ca }: TransportOptions) {
  // `tlsOptions` is not in the type, but is handed on as in the other clients.
  return { ...tlsOptions(ca), retryOptions: { maxTries: 1 } };
}

/** The policy that counts operations, retries them and limits the time of each try, for a blob or queue pipeline. */
export function pipelineFactory({ onRequest }: TransportOptions): RequestPolicyFactory {
  return {
    create: (next) => ({
      sendRequest(request) {
        onRequest?.();
        request.timeout = requestMsMax;
        return sendWithRetries(() => next.sendRequest(request), signalOf(request));
      },
    }),
  };
}

/** The same for a table client. */
export function tableOptions({ ca, onRequest }: TransportOptions) {
  return {
    ...tlsOptions(ca),
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [perOperation(onRequest, sendWithRetries)],
  };
}

/**
 * The same for ARM, which is not counted and not tried again: the next tick is the retry, and the client's own would hide
 * a throttling from it and repeat a deallocation.
 */
export function armOptions({ ca }: TransportOptions) {
  return { ...tlsOptions(ca), retryOptions: { maxRetries: 0 }, additionalPolicies: [perOperation()] };
}

interface LimitedRequest {
  timeout: number;
  abortSignal?: unknown;
}

function perOperation(onRequest?: () => void, sending: typeof sendWithRetries = (send) => send()) {
  return {
    // Once an operation, outside of all that the client does for each try.
    position: 'perCall' as const,
    policy: {
      name: 'perOperation',
      sendRequest<Request extends LimitedRequest, Response>(
        request: Request,
        next: (request: Request) => Promise<Response>,
      ): Promise<Response> {
        onRequest?.();
        request.timeout = requestMsMax;
        return sending(() => next(request), signalOf(request));
      },
    },
  };
}

function signalOf({ abortSignal }: LimitedRequest): AbortSignal | undefined {
  return abortSignal instanceof AbortSignal ? abortSignal : undefined;
}

function tlsOptions(ca: string | undefined): { tlsOptions?: { ca: string } } {
  return ca === undefined ? {} : { tlsOptions: { ca } };
}
