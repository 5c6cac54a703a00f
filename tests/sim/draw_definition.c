#include "sim/draw_definition.h"

#include <placet/error.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "definition/bundle.h"

#define STEPS_MAX 9
#define YAML_SIZE (32u << 10)

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
                                "  paper: {zh: 材料, en: Paper, from: applicant}\n";

static const char form[] =
    "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"object\","
    " \"title\": \"Simulated\", \"x-title-zh\": \"模拟\","
    " \"required\": [\"a\", \"b\"], \"additionalProperties\": false, \"properties\": {"
    " \"a\": {\"type\": \"boolean\", \"title\": \"A\", \"x-title-zh\": \"甲\"},"
    " \"b\": {\"type\": \"integer\", \"title\": \"B\", \"x-title-zh\": \"乙\"},"
    " \"c\": {\"type\": \"string\", \"title\": \"C\", \"x-title-zh\": \"丙\"}}}";

static bool one_in(struct draw *d, uint32_t n)
{
    return draw_below(d, n) == 0;
}

static void add_after(struct draw *d, struct pl_builder *out, unsigned step)
{
    const unsigned first = draw_below(d, step);
    const unsigned second = draw_below(d, step);

    switch (step == 1 ? 4 : draw_below(d, 5)) {
    case 0:
        pl_builder_addf(out, "    after: [s%u, s%u]\n", first,
                        second == first ? (first + 1) % step : second);
        break;
    case 1:
        pl_builder_addf(out, "    after: {any: [s%u, s%u]}\n", first,
                        second == first ? (first + 1) % step : second);
        break;
    case 2:
        pl_builder_addf(out, "    after: s%u.approve\n", first);
        break;
    default:
        pl_builder_addf(out, "    after: s%u\n", first);
        break;
    }
}

static void add_when(struct draw *d, struct pl_builder *out)
{
    static const char *const conditions[] = {"a", "b > 3", "a && b < 7", "b == 5 || a",
                                             "c == \"x\"" /* absent: an incident */};
    const unsigned at = draw_below(d, 8);

    if (at < 5) {
        pl_builder_addf(out, "    when: %s\n", conditions[at]);
    }
}

static void add_members(struct draw *d, struct pl_builder *out, unsigned lead)
{
    if (!one_in(d, 4)) {
        return;
    }
    pl_builder_addf(out, "    for_each:\n");
    for (unsigned i = 0; i < DRAWN_DEPARTMENTS; i++) {
        if (i == lead || one_in(d, 2)) {
            continue;
        }
        if (one_in(d, 2)) {
            pl_builder_addf(
                out,
                "      d%u.t: {gives: opinion, limit: %u working days, silence: no_objection}\n", i,
                1 + draw_below(d, 3));
        } else {
            /* One draw a statement: the order of arguments is the compiler's. */
            const unsigned days = 1 + draw_below(d, 3);
            pl_builder_addf(out, "      d%u.t: {gives: decision, limit: %u working days%s}\n", i,
                            days, one_in(d, 3) ? ", when: a" : "");
        }
    }
    pl_builder_addf(
        out, "      d%u.t: {gives: opinion, limit: 1 working day, silence: no_objection}\n", lead);
}

static void add_ask(struct draw *d, struct pl_builder *out, unsigned step)
{
    const unsigned department = draw_below(d, DRAWN_DEPARTMENTS);

    pl_builder_addf(out, "    ask: d%u.s\n    sees: [a, b]\n    limit: %u working days\n",
                    department, 3 + draw_below(d, 5));
    if (one_in(d, 3)) {
        pl_builder_addf(out, "    statutory: %u working days\n", 8 + draw_below(d, 5));
    }
    add_members(d, out, department);
    if (step > 1 && one_in(d, 4)) {
        pl_builder_addf(out, "    decide_after: s%u\n", draw_below(d, step));
    }
}

static void add_step(struct draw *d, struct pl_builder *out, unsigned step)
{
    pl_builder_addf(out, "  s%u:\n    title: {zh: 环节, en: Step %u}\n", step, step);
    if (step > 0 && !one_in(d, 5)) {
        add_after(d, out, step);
    }
    switch (draw_below(d, 12)) {
    case 0:
        pl_builder_addf(out, "    tell: d%u.t\n", draw_below(d, DRAWN_DEPARTMENTS));
        break;
    case 1:
        pl_builder_addf(out, "    wait_for: ping\n");
        break;
    case 2:
        pl_builder_addf(out, "    wait_for: %u working days\n", 1 + draw_below(d, 3));
        break;
    case 3:
        pl_builder_addf(out, "    wait_for: 2016-05-%02u\n", 4 + draw_below(d, 20));
        break;
    default:
        add_ask(d, out, step);
        break;
    }
    add_when(d, out);
}

static void add_workflow(struct draw *d, struct pl_builder *out, unsigned number)
{
    const unsigned steps = 1 + draw_below(d, STEPS_MAX);
    const unsigned fixes = 1 + draw_below(d, 3);
    const unsigned agains = 1 + draw_below(d, 2);
    const char *clock = one_in(d, 2) ? "stops" : one_in(d, 2) ? "runs" : "restarts";

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
                    "  again: {zh: 重来, en: Again, back_to: apply, at_most: %u}\n"
                    "  reject: {zh: 不予, en: Refused, ends: rejected, reason: required}\n"
                    "steps:\n",
                    number, fixes, clock, agains);
    for (unsigned i = 0; i < steps; i++) {
        add_step(d, out, i);
    }
    pl_builder_addf(out, "finish:\n"
                         "  completed: {zh: 办结, en: Completed, after: {any: [");
    for (unsigned i = 0; i < steps; i++) {
        pl_builder_addf(out, "%ss%u", i == 0 ? "" : ", ", i);
    }
    pl_builder_addf(out, "]}}\n  rejected: {zh: 不予许可, en: Refused}\n");
}

struct pl_bytes draw_definition(struct draw *d, unsigned number)
{
    static char yaml[YAML_SIZE];
    static uint8_t bytes[DRAWN_SIZE_MAX];
    struct pl_builder text;
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
    PL_CHECK(pl_bundle_write(&bundle, &written, &size, &err) == PLACET_OK);
    PL_CHECK(size <= sizeof bytes);
    memcpy(bytes, written, size);
    free(written);
    return (struct pl_bytes){bytes, (uint32_t)size};
}
