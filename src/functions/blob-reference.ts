import { ResourceFactoryResolver } from '@azure/functions-extensions-base';

/**
 * Has the host hand over a reference to the blob instead of its content, which it otherwise loads into memory whole, more
 * than once. With `sdkBinding` the host asks for what is registered here under the binding's source; the reference itself
 * is not needed, for the trigger's metadata names the file.
 */
export function receiveBlobReference(): void {
  ResourceFactoryResolver.getInstance().registerResourceFactory(
    'AzureStorageBlobs',
    (reference) => reference,
  );
}
