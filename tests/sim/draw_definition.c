#include "sim/draw_definition.h"

#include <placet/error.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "definition/bundle.h"
#include "sim/draw_step.h"

#define YAML_SIZE          (32u << 10)
#define DRAWN_CHILDREN_MAX 64 /* workflows that a later one may run */

static const char calendar[] = "calendar: sim\n"
                               "title: {zh: 模拟, en: Simulated}\n"
                               "zone: \"+08:00\"\n"
                               "version: 1\n"
                               "weekend: [sat, sun]\n"
                               "years:\n"
                               "  2016:\n"
                               "    source: invented for the simulation\n"
                               "    holidays: [01-01..01-03, 04-30..05-02, 10-01..10-07]\n"
                               "    work: [10-08, 10-09]\n";

static const char departments[] = "departments:\n"
                                  "  d0: {title: {zh: 甲, en: A}, level: city, services: {s: {zh: "
                                  "甲事, en: A}, t: {zh: 乙事, en: B}}}\n"
                                  "  d1: {title: {zh: 乙, en: B}, level: district, services: {s: "
                                  "{zh: 甲事, en: A}, t: {zh: 乙事, en: B}}}\n"
                                  "  d2: {title: {zh: 丙, en: C}, level: province, services: {s: "
                                  "{zh: 甲事, en: A}, t: {zh: 乙事, en: B}}}\n"
                                  "  d3: {title: {zh: 丁, en: D}, level: city, services: {s: {zh: "
                                  "甲事, en: A}, t: {zh: 乙事, en: B}}}\n";

static const char documents[] = "documents:\n"
                                "  paper: {zh: 材料, en: Paper, from: applicant}\n"
                                "  certificate: {zh: 证书, en: Certificate, from: department, "
                                "valid: 2 days}\n";

static const char form[] =
    "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"object\","
    " \"title\": \"Simulated\", \"x-title-zh\": \"模拟\","
    " \"required\": [\"a\", \"b\"], \"additionalProperties\": false, \"properties\": {"
    " \"a\": {\"type\": \"boolean\", \"title\": \"A\", \"x-title-zh\": \"甲\"},"
    " \"b\": {\"type\": \"integer\", \"title\": \"B\", \"x-title-zh\": \"乙\"},"
    " \"c\": {\"type\": \"string\", \"title\": \"C\", \"x-title-zh\": \"丙\"},"
    " \"d\": {\"type\": \"array\", \"title\": \"D\", \"x-title-zh\": \"丁\", \"maxItems\": 4,"
    " \"items\": {\"type\": \"integer\"}}}}";

static const char results[] = "{\"completed\": {\"zh\": \"办结\", \"en\": \"Completed\"},"
                              " \"rejected\": {\"zh\": \"不予许可\", \"en\": \"Refused\"}}";

static void add_workflow(struct draw *d, struct pl_builder *out, unsigned number)
{
    const unsigned steps = 1 + draw_below(d, DRAWN_STEPS_MAX);
    const unsigned fixes = 1 + draw_below(d, 3);
    const unsigned agains = 1 + draw_below(d, 2);
    const char *clock = draw_one_in(d, 2) ? "stops" : draw_one_in(d, 2) ? "runs" : "restarts";
    const bool rich = !draw_one_in(d, 3);
    const bool intake = rich && draw_one_in(d, 5);
    const bool undoes = rich && draw_one_in(d, 3);
    static char lines[YAML_SIZE];
    struct pl_builder drawn;
    bool issued = false;

    pl_builder_init(&drawn, lines, sizeof lines);
    for (unsigned i = 0; i < steps; i++) {
        draw_step(d, &drawn, i, number, rich, &issued);
    }
    PL_CHECK(!drawn.full);
    const bool undo = undoes && strstr(lines, "\n    undo: ") != NULL;

    pl_builder_addf(out,
                    "workflow: sim_%u\n"
                    "title: {zh: 模拟, en: Simulated}\n"
                    "calendar: sim\n"
                    "form: sim\n"
                    "late: {at 50%%: warn, at 100%%: yellow card, statutory: red card}\n"
                    "decisions:\n"
                    "  approve: {zh: 同意, en: Approved}\n"
                    "  conditions: {zh: 附条件, en: With conditions}\n"
                    "  fix: {zh: 补正, en: Supplement, back_to: this_step, at_most: %u, "
                    "waits_for: applicant, clock: %s, reason: required}\n"
                    "  again: {zh: 重来, en: Again, back_to: apply, at_most: %u%s}\n"
                    "  reject: {zh: 不予, en: Refused, ends: rejected, reason: required}\n"
                    "steps:\n",
                    number, fixes, clock, agains, undo ? ", undo: true" : "");
    pl_builder_add(out, pl_text_of(lines));
    pl_builder_addf(out, "finish:\n"
                         "  completed: {zh: 办结, en: Completed, after: {any: [");
    for (unsigned i = 0; i < steps; i++) {
        pl_builder_addf(out, "%ss%u", i == 0 ? "" : ", ", i);
    }
    pl_builder_addf(out, "]}}\n  rejected: {zh: 不予许可, en: Refused%s}\n",
                    undo ? ", undo: true" : "");
    if (intake) {
        pl_builder_addf(out, "intake: {ask: d0.s, limit: 2 working days, sees: [a]}\n");
    }
    if (rich && draw_one_in(d, 3)) {
        pl_builder_addf(out, "retry: {attempts: 3, first: 2 seconds, factor: 3, max: 1 hour, "
                             "jitter: 20%%}\n");
    }
}

struct pl_bytes draw_definition(struct draw *d, unsigned number)
{
    static char yaml[YAML_SIZE];
    static uint8_t bytes[DRAWN_SIZE_MAX];
    struct pl_builder text;
    static char children[DRAWN_CHILDREN_MAX][PL_BUNDLE_NAME_SIZE];
    struct pl_bundle bundle = {.count = 5};
    char name[32];
    struct pl_builder file;
    uint8_t *written;
    size_t size;
    struct placet_error err;

    pl_builder_init(&text, yaml, sizeof yaml);
    add_workflow(d, &text, number);
    PL_CHECK(!text.full);
    pl_builder_init(&file, name, sizeof name);
    pl_builder_addf(&file, "sim_%u.yaml", number);
    bundle.files[0] = (struct pl_bundle_file){pl_text_of(name), pl_text_of(yaml)};
    bundle.files[1] = (struct pl_bundle_file){PL_TEXT("calendars/sim.yaml"), PL_TEXT(calendar)};
    bundle.files[2] = (struct pl_bundle_file){PL_TEXT(PL_BUNDLE_DEPARTMENTS), PL_TEXT(departments)};
    bundle.files[3] = (struct pl_bundle_file){PL_TEXT(PL_BUNDLE_DOCUMENTS), PL_TEXT(documents)};
    bundle.files[4] =
        (struct pl_bundle_file){PL_TEXT("../schemas/forms/sim.schema.json"), PL_TEXT(form)};
    for (unsigned i = 0; i < number && i < DRAWN_CHILDREN_MAX; i++) {
        struct pl_builder workflow;
        char id[32];
        pl_builder_init(&workflow, id, sizeof id);
        pl_builder_addf(&workflow, "sim_%u", i);
        pl_bundle_results_name(pl_text_of(id), children[i]);
        bundle.files[bundle.count++] =
            (struct pl_bundle_file){pl_text_of(children[i]), PL_TEXT(results)};
    }
    PL_CHECK(pl_bundle_write(&bundle, &written, &size, &err) == PLACET_OK);
    PL_CHECK(size <= sizeof bytes);
    memcpy(bytes, written, size);
    free(written);
    return (struct pl_bytes){bytes, (uint32_t)size};
}
