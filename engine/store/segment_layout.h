/* Sizes in a segment file (segment.h has the layout), for its reader and its writer. */
#ifndef PL_STORE_SEGMENT_LAYOUT_H
#define PL_STORE_SEGMENT_LAYOUT_H

#include "base/hash.h"

enum {
    SEGMENT_VERSION = 1,
    HEADER_SIZE = 16 + PL_DIGEST_SIZE,
    INDEX_ROW_SIZE = 16,
    FOOTER_SIZE = 32 + PL_DIGEST_SIZE + 4
};

#endif
