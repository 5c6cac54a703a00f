/* The workflow of the benchmark, and how it gets into the engine. */
#include <stddef.h>

#include "bench.h"

/* clang-format off: the shape of the workflow is seen in the lines. */
#define STEP(ID, SERVICE, AFTER)                                                                   \
    "  " ID ": {title: {zh: " ID ", en: " ID "}, ask: bench." SERVICE                              \
    ", limit: 20 working days" AFTER "}\n"

static const char workflow[] =
    "workflow: bench\n"
    "title: {zh: bench, en: Benchmark}\n"
    "calendar: bench\n"
    "form: bench\n"
    "decisions:\n"
    "  approve: {zh: approve, en: Approved}\n"
    "steps:\n" STEP("first", "first", "") STEP("a1", "review", ", after: first") STEP(
        "a2", "review", ", after: first") STEP("a3", "review", ", after: first")
        STEP("a4", "review", ", after: first") STEP("a5", "review", ", after: first") STEP(
            "a6", "review", ", after: first") STEP("middle", "middle",
                                                   ", after: [a1, a2, a3, a4, a5, a6]")
            STEP("b1", "inspection", ", after: middle") STEP(
                "b2", "inspection", ", after: middle") STEP("b3", "inspection", ", after: middle")
                STEP("b4", "inspection", ", after: middle") STEP(
                    "b5", "inspection", ", after: middle") STEP("b6", "inspection",
                                                                ", after: middle")
                    STEP("b7", "inspection", ", after: middle") STEP(
                        "last", "last",
                        ", after: [b1, b2, b3, b4, b5, b6, b7]") "finish:\n"
                                                                 "  completed: {zh: completed, en: "
                                                                 "Completed, after: last}\n";
/* clang-format on */

static const char departments[] = "departments:\n"
                                  "  bench:\n"
                                  "    title: {zh: bench, en: Bench}\n"
                                  "    level: city\n"
                                  "    services:\n"
                                  "      first: {zh: first, en: First}\n"
                                  "      review: {zh: review, en: Review}\n"
                                  "      middle: {zh: middle, en: Middle}\n"
                                  "      inspection: {zh: inspection, en: Inspection}\n"
                                  "      last: {zh: last, en: Last}\n";

static const char documents[] = "documents: {}\n";

static const char calendar[] = "calendar: bench\n"
                               "title: {zh: bench, en: Weekends off}\n"
                               "zone: \"+08:00\"\n"
                               "version: 1\n"
                               "weekend: [sat, sun]\n"
                               "years: {2026: {source: none, holidays: [01-01]}}\n";

static const char form[] =
    "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"title\": \"Bench\","
    " \"type\": \"object\", \"additionalProperties\": false, \"required\": [\"project\"],"
    " \"properties\": {\"project\": {\"title\": \"Project\", \"type\": \"object\","
    " \"additionalProperties\": false, \"required\": [\"name\", \"area_m2\"], \"properties\": {"
    "\"name\": {\"title\": \"Name\", \"type\": \"string\", \"maxLength\": 100},"
    " \"area_m2\": {\"title\": \"Area\", \"type\": \"integer\"}}}}}";

const char *const pl_bench_services[] = {"bench.first",      "bench.review", "bench.middle",
                                         "bench.inspection", "bench.last",   NULL};

int pl_bench_publish(struct placet_client *client, struct placet_error *err)
{
    static const struct {
        const char *name;
        const char *text;
    } files[] = {{"bench.yaml", workflow},
                 {"calendars/bench.yaml", calendar},
                 {"departments.yaml", departments},
                 {"documents.yaml", documents},
                 {"../schemas/forms/bench.schema.json", form}};
    struct placet_writer out = {0};
    struct placet_value list;

    placet_put_list(&out);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        placet_put_list(&out);
        placet_put_text(&out, files[i].name);
        placet_put_text(&out, files[i].text);
        placet_put_end(&out);
    }
    placet_put_end(&out);
    int rc = placet_writer_value(&out, &list);
    if (rc == PLACET_OK) {
        rc = placet_publish(client, list, false, NULL, err);
    }
    placet_writer_fini(&out);
    return rc;
}
