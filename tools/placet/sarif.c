#include "sarif.h"

#include <placet/definition.h>
#include <placet/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* A path as a URI reference (RFC 3986): what is not plain ASCII is percent-encoded. */
static json_t *uri_of(const char *path)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    const size_t size = 3 * strlen(path) + sizeof("file://");
    char *uri = malloc(size);
    size_t len = 0;

    if (uri == NULL) {
        return NULL;
    }
    if (path[0] == '/') {
        len = (size_t)snprintf(uri, size, "file://");
    }
    for (; *path != '\0'; path++) {
        if (strchr(plain, *path) != NULL) {
            uri[len++] = *path;
        } else {
            len += (size_t)snprintf(uri + len, size - len, "%%%02X", (unsigned char)*path);
        }
    }
    uri[len] = '\0';
    json_t *text = json_string(uri);
    free(uri);
    return text;
}

static json_t *artifact(const json_t *place)
{
    return json_pack("{s:o}", "uri", uri_of(pl_cli_text(place, "file")));
}

/* SARIF counts from 1; `utf16` of ours from 0. Line 0 is the file as a whole: no region. */
static json_t *physical_location(const json_t *place)
{
    const json_t *utf16 = json_object_get(place, "utf16");
    const json_int_t line = pl_cli_number(place, "line");
    json_t *location = json_pack("{s:o}", "artifactLocation", artifact(place));

    if (line > 0) {
        json_t *region = json_pack("{s:I, s:I, s:I, s:I}", "startLine", line, "startColumn",
                                   (json_int_t)pl_cli_number(utf16, "start") + 1, "endLine", line,
                                   "endColumn", (json_int_t)pl_cli_number(utf16, "end") + 1);
        (void)json_object_set_new(location, "region", region);
    }
    return location;
}

static json_t *point_region(const json_t *fix)
{
    const json_t *start = json_object_get(fix, "start");
    const json_t *end = json_object_get(fix, "end");

    return json_pack("{s:I, s:I, s:I, s:I}", "startLine", (json_int_t)pl_cli_number(start, "line"),
                     "startColumn", (json_int_t)pl_cli_number(start, "utf16") + 1, "endLine",
                     (json_int_t)pl_cli_number(end, "line"), "endColumn",
                     (json_int_t)pl_cli_number(end, "utf16") + 1);
}

static json_t *fixes_of(const json_t *fix)
{
    json_t *replacement = json_pack("{s:o, s:{s:O}}", "deletedRegion", point_region(fix),
                                    "insertedContent", "text", json_object_get(fix, "text"));

    return json_pack("[{s:{s:s}, s:[{s:o, s:[o]}]}]", "description", "text",
                     "Mend it as placet check --fix does.", "artifactChanges", "artifactLocation",
                     artifact(fix), "replacements", replacement);
}

/* The sentences of a diagnostic, one a line: English, Chinese, what to do. */
static json_t *message_of(const json_t *diagnostic)
{
    static const char *const keys[] = {"message", "message_zh", "hint", "hint_zh"};
    json_t *text = json_string("");

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *sentence = pl_cli_text(diagnostic, keys[i]);
        const char *before = json_string_length(text) > 0 && sentence[0] != '\0' ? "\n" : "";
        json_t *longer = json_sprintf("%s%s%s", json_string_value(text), before, sentence);
        json_decref(text);
        text = longer;
    }
    return json_pack("{s:o}", "text", text);
}

static json_t *result_of(const json_t *diagnostic, size_t rule)
{
    const json_t *other = json_object_get(diagnostic, "other");
    const json_t *fix = json_object_get(diagnostic, "fix");
    json_t *result = json_pack("{s:O, s:I, s:s, s:o, s:[{s:o}]}", "ruleId",
                               json_object_get(diagnostic, "code"), "ruleIndex", (json_int_t)rule,
                               "level", "error", "message", message_of(diagnostic), "locations",
                               "physicalLocation", physical_location(diagnostic));

    if (json_is_object(other)) {
        json_t *related = json_pack("[{s:i, s:o, s:o}]", "id", 1, "physicalLocation",
                                    physical_location(other), "message", message_of(other));
        (void)json_object_set_new(result, "relatedLocations", related);
    }
    if (json_is_object(fix)) {
        (void)json_object_set_new(result, "fixes", fixes_of(fix));
    }
    return result;
}

/* ---- rules ---- */

static json_t *rule_of(const char *code)
{
    char *text = NULL;
    char *markdown = NULL;
    json_t *rule = NULL;

    if (placet_explain(code, PLACET_JSON, &text) < 0) {
        return NULL;
    }
    json_t *explained = json_loads(text, 0, NULL);
    placet_free(text);
    text = NULL;
    if (placet_explain(code, PLACET_TEXT, &text) == 0 &&
        placet_explain(code, PLACET_MARKDOWN, &markdown) == 0) {
        rule = json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s, s:s}, s:{s:s}}", "id", code,
                         "shortDescription", "text", pl_cli_text(explained, "en"),
                         "fullDescription", "text", pl_cli_text(explained, "zh"), "help", "text",
                         text, "markdown", markdown, "defaultConfiguration", "level", "error");
    }
    placet_free(text);
    placet_free(markdown);
    json_decref(explained);
    return rule;
}

/* The number of the rule in the list, which it enters when it is met first. */
static size_t rule_index(json_t *rules, const char *code)
{
    const size_t count = json_array_size(rules);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(pl_cli_text(json_array_get(rules, i), "id"), code) == 0) {
            return i;
        }
    }
    (void)json_array_append_new(rules, rule_of(code));
    return count;
}

/* A catalogue is checked with each workflow beside it; its mistakes are told once. */
static void add_new(json_t *results, json_t *result)
{
    size_t i = 0;
    const json_t *known = NULL;

    json_array_foreach(results, i, known)
    {
        if (json_equal(known, result)) {
            json_decref(result);
            return;
        }
    }
    (void)json_array_append_new(results, result);
}

json_t *pl_cli_sarif(const json_t *files)
{
    json_t *rules = json_array();
    json_t *results = json_array();
    size_t i = 0;
    const json_t *file = NULL;

    json_array_foreach(files, i, file)
    {
        size_t k = 0;
        const json_t *diagnostic = NULL;
        json_array_foreach(json_object_get(file, "diagnostics"), k, diagnostic)
        {
            const size_t rule = rule_index(rules, pl_cli_text(diagnostic, "code"));
            add_new(results, result_of(diagnostic, rule));
        }
    }
    return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:o}]}", "$schema", SCHEMA,
                     "version", "2.1.0", "runs", "tool", "driver", "name", "placet", "version",
                     PLACET_VERSION, "rules", rules, "columnKind", "utf16CodeUnits", "results",
                     results);
}
