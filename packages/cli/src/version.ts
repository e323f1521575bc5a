declare const __WAGGLE_VERSION__: string | undefined;

/** Set by the build. */
export const version: string = typeof __WAGGLE_VERSION__ === 'string' ? __WAGGLE_VERSION__ : 'development';
