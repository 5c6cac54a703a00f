/* The Chinese of what the loader says: said_zh.def, looked up by the English. Only mistakes come
 * here, so a walk through the list is fast enough. */
#include <string.h>

#include "definition/diag.h"

static const struct {
    const char *en;
    const char *zh;
} sentences[] = {
#define SAID(EN, ZH) {(EN), (ZH)},
#include "definition/said_zh.def"
#undef SAID
};

const char *pl_said_zh(const char *en)
{
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        if (strcmp(sentences[i].en, en) == 0) {
            return sentences[i].zh;
        }
    }
    return "";
}
