/** The server-sent events of an answer, up to the one that has a text in it. */
export async function framesUntil(response: Response, last: string): Promise<string[]> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes(last)) text += (await reader.read()).value!;
  await reader.cancel();
  return text.split('\n\n').filter((frame) => frame !== '');
}
