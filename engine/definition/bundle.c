#include "definition/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/limits.h"
#include "value/mistake.h"
#include "value/writer.h"

#define HEAD_SIZE_MAX 16 /* MessagePack heads of one file, generously */

static void make_name(const char *before, struct pl_text id, const char *after,
                      char out[PL_BUNDLE_NAME_SIZE])
{
    (void)snprintf(out, PL_BUNDLE_NAME_SIZE, "%s%.*s%s", before, (int)id.len, id.at, after);
}

void pl_bundle_calendar_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE])
{
    make_name("calendars/", id, ".yaml", out);
}

void pl_bundle_form_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE])
{
    make_name("../schemas/forms/", id, ".schema.json", out);
}

void pl_bundle_answer_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE])
{
    make_name("../schemas/answers/", id, ".schema.json", out);
}

void pl_bundle_table_name(struct pl_text id, char out[PL_BUNDLE_NAME_SIZE])
{
    make_name("tables/", id, ".yaml", out);
}

void pl_bundle_results_name(struct pl_text workflow, char out[PL_BUNDLE_NAME_SIZE])
{
    make_name("results/", workflow, ".json", out);
}

int pl_bundle_find(const struct pl_bundle *bundle, const char *name)
{
    for (uint32_t i = 0; i < bundle->count; i++) {
        if (pl_text_is(bundle->files[i].name, name)) {
            return (int)i;
        }
    }
    return -1;
}

int pl_bundle_parse(struct pl_bytes bytes, struct pl_bundle *bundle_out, struct placet_error *err)
{
    const struct pl_place nowhere = {0};
    struct pl_bundle bundle = {0};
    struct pl_reader in;

    pl_reader_init(&in, bytes.at, bytes.size);
    const uint32_t count = pl_reader_array(&in);
    if (in.bad || count == 0 || count > PL_BUNDLE_FILES_MAX) {
        return pl_mistake(err, PLACET_EINVALID, nowhere, NULL, "not a bundle of 1 to %d files",
                          PL_BUNDLE_FILES_MAX);
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t parts = pl_reader_array(&in);
        bundle.files[i].name = pl_reader_text(&in, PL_BUNDLE_NAME_SIZE - 1);
        bundle.files[i].text = pl_reader_text(&in, PL_PUBLISH_BODY_MAX);
        if (in.bad || parts != 2) {
            return pl_mistake(err, PLACET_EINVALID, nowhere, NULL,
                              "file %u of the bundle is not a name and a text", i + 1);
        }
        bundle.count++;
    }
    if (!pl_reader_done(&in)) {
        return pl_mistake(err, PLACET_EINVALID, nowhere, NULL, "bytes after the bundle");
    }
    *bundle_out = bundle;
    return PLACET_OK;
}

int pl_bundle_write(const struct pl_bundle *bundle, uint8_t **bytes_out, size_t *size_out,
                    struct placet_error *err)
{
    const struct pl_place nowhere = {0};
    size_t size = HEAD_SIZE_MAX;
    struct pl_writer out;

    for (uint32_t i = 0; i < bundle->count; i++) {
        size += HEAD_SIZE_MAX + bundle->files[i].name.len + bundle->files[i].text.len;
    }
    if (size > PL_PUBLISH_BODY_MAX - 4096) {
        return pl_mistake(err, PLACET_ELIMIT, nowhere,
                          "Shorten the form or the catalogues of departments and documents.",
                          "the files together are larger than 4 MiB");
    }
    uint8_t *bytes = malloc(size);
    if (bytes == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, nowhere, NULL, "out of memory");
    }
    pl_writer_init(&out, bytes, size);
    pl_write_array(&out, bundle->count);
    for (uint32_t i = 0; i < bundle->count; i++) {
        pl_write_array(&out, 2);
        pl_write_text(&out, bundle->files[i].name);
        pl_write_text(&out, bundle->files[i].text);
    }
    if (!pl_writer_ok(&out)) {
        free(bytes);
        return pl_mistake(err, PLACET_EINVALID, nowhere, "Save the files as UTF-8.",
                          "a file of the bundle is not text");
    }
    *bytes_out = bytes;
    *size_out = pl_writer_bytes(&out).size;
    return PLACET_OK;
}
