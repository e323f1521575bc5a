export * from './attach-spec.ts';
export * from './map-spec.ts';
export * from './program-spec.ts';
