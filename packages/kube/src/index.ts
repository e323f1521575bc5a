/** The Kubernetes API, as far as waggle speaks it. */
export {};
