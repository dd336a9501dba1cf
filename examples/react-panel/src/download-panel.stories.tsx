import type { Meta, StoryObj } from '@storybook/react-vite';
import type { LmStudioParameters } from 'modeldock/storybook';
import { expect, within } from 'storybook/test';
import { DownloadPanel } from './download-panel';

const model = 'ibm/granite-4-micro';

const meta: Meta<typeof DownloadPanel> = {
  title: 'DownloadPanel',
  component: DownloadPanel,
  tags: ['autodocs'],
  args: { model, pollMs: 100 },
};
export default meta;

type Story = StoryObj<typeof DownloadPanel>;

const shown = (at: string, text: string): Story => ({
  parameters: { lmStudio: { model, at } satisfies LmStudioParameters },
  play: async ({ canvasElement }) => {
    await within(canvasElement).findByText(text, { exact: false });
    await expect(within(canvasElement).getByText(model)).toBeVisible();
  },
});

export const HalfWay: Story = shown('42%', 'downloading 42 %');
export const Paused: Story = shown('paused', 'paused at');
export const Stalled: Story = shown('stalled', 'downloading');
export const Failed: Story = shown('failed', 'failed at');
export const Completed: Story = shown('completed', 'completed at 100 %');
