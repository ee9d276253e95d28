/**
 * What a host and the `@azure/functions` library say to each other: the part of `@azure/functions-core` that this host
 * uses. The whole of it is `types-core/index.d.ts` in github.com/Azure/azure-functions-nodejs-library.
 */

export interface Binding {
  type: string;
  direction: string;
  properties?: Record<string, string>;
  [option: string]: unknown;
}

export interface FunctionMetadata {
  name: string;
  functionId?: string;
  bindings: Record<string, Binding>;
  retryOptions?: object;
}

export type Handler = (...inputs: unknown[]) => unknown;

/** A value on its way to or from a function; one property is set. */
export interface TypedData {
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  http?: HttpData | null;
  modelBindingData?: ModelBindingData;
}

/** A reference to a thing instead of its content. */
export interface ModelBindingData {
  version: string;
  source: string;
  contentType: string;
  content: Buffer;
}

/** A request on its way in, a reply on its way out. */
export interface HttpData {
  method?: string;
  url?: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  params?: Record<string, string>;
  /** Decimal digits. */
  statusCode?: string | null;
  body?: TypedData | null;
}

export interface InvocationRequest {
  invocationId: string;
  functionId: string;
  inputData: { name: string; data: TypedData }[];
  triggerMetadata: Record<string, TypedData>;
}

export interface InvocationResponse {
  returnValue?: TypedData | null;
}

export type RpcLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type RpcLogCategory = 'user' | 'system' | 'customMetric';

/** One invocation as the library sees it. */
export interface CoreContext {
  invocationId: string;
  request: InvocationRequest;
  metadata: FunctionMetadata;
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: RpcLevel, category: RpcLogCategory, message: string): void;
}

/** What the library does for one invocation. */
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: Handler): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

/** The library itself, as it introduces itself to the host. */
export interface ProgrammingModel {
  name: string;
  version: string;
  getInvocationModel(context: CoreContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(
    capabilities: Record<string, string>,
  ): Record<string, string> | Promise<Record<string, string>>;
}
