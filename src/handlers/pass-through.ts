/** Lets MSW pass what no handler takes on to the network, without a word: under the name of MSW 2, and under that of MSW 3. */
export const passThrough: { onUnhandledRequest: 'bypass'; onUnhandledFrame: 'bypass' } = {
  onUnhandledRequest: 'bypass',
  onUnhandledFrame: 'bypass',
};
