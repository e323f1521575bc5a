/** A program for the thread of a TraceChecker. */
import { serveChecks } from '../webhook/check-thread.ts';

serveChecks();
