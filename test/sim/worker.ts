import { serve } from './serve.ts';

/** The worlds alone, as the mutants are bundled. */
serve();
