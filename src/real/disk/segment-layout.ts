/** How a file is divided: into segments of one length, the last of which may be shorter. */
export interface SegmentLayout {
  readonly size: number;
  readonly segmentBytes: number;
  readonly count: number;
  start(segment: number): number;
  length(segment: number): number;
}

/** How much of a segment is filled from its start, and the crc32 of those bytes. */
export interface Mark {
  stored: number;
  crc: number;
}

/** Segments without a mark are empty. */
export type Marks = ReadonlyMap<number, Mark>;

export function cutIntoSegments(size: number, segmentBytes: number): SegmentLayout {
  return {
    size,
    segmentBytes,
    count: Math.ceil(size / segmentBytes),
    start: (segment) => segment * segmentBytes,
    length: (segment) => Math.min(segmentBytes, size - segment * segmentBytes),
  };
}
