// The widget example for Node asks a function of its reader's for a number.
globalThis.countOnline = async () => 42;
