/* publish: hands workflows to the engine. What has mistakes is refused here, with the place in the
 * file; the engine proves everything again. */
#include <placet/definition.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "engine.h"
#include "files.h"
#include "grid.h"
#include "output.h"
#include "publishing.h"

struct publish {
    struct pl_cli *cli;
    struct placet_client *client;
    json_t *published;
    bool dry_run;
};

static int check(const struct pl_cli *cli, const struct placet_bundle *bundle, const char *path)
{
    struct placet_definition *definition = NULL;
    char *report = NULL;
    const int rc = placet_bundle_check(bundle, cli->color_err ? PLACET_TEXT_COLOUR : PLACET_TEXT,
                                       &definition, &report);

    placet_definition_free(&definition);
    if (rc == PLACET_EINVALID && cli->format == PL_CLI_TABLE) {
        (void)fputs(report, stderr);
    }
    placet_free(report);
    if (rc == PLACET_EINVALID) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, "\"placet check\" explains each of them.",
                           "\"%s\" has mistakes and is not published", path);
    }
    return rc < 0 ? pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory") : 0;
}

static int send_bundle(struct publish *p, const struct placet_bundle *bundle, const char *path)
{
    struct placet_error err = {.status = PLACET_OK};
    struct placet_reply reply = {.code = PLACET_CODE_NONE};
    struct placet_value files = {.at = NULL};
    size_t size = 0;
    const void *bytes = placet_bundle_bytes(bundle, &size);
    int rc = placet_value_check(bytes, size, &files);

    if (rc == PLACET_OK) {
        rc = placet_publish(p->client, files, p->dry_run, &reply, &err);
    }
    if (rc < 0) {
        return pl_cli_fail_status(p->cli, rc, &err);
    }
    json_t *answer = pl_cli_json(reply.body);
    json_t *item = json_pack("{s:s, s:O, s:O, s:O, s:b, s:O}", "file", path, "workflow",
                             json_object_get(answer, "workflow"), "revision",
                             json_object_get(answer, "revision"), "unchanged",
                             json_object_get(answer, "unchanged"), "dry_run", p->dry_run, "hash",
                             json_object_get(answer, "hash"));
    json_decref(answer);
    if (item == NULL) {
        return pl_cli_fail(p->cli, PL_CLI_EXIT_NO, NULL, "the engine's answer makes no sense");
    }
    (void)json_array_append_new(p->published, item);
    return 0;
}

static int publish_file(struct publish *p, const char *path)
{
    struct placet_bundle *bundle = NULL;
    struct placet_error err = {.status = PLACET_OK};
    int rc = placet_bundle_read(path, &bundle, &err);

    if (rc < 0) {
        return pl_cli_fail_status(p->cli, rc, &err);
    }
    rc = check(p->cli, bundle, path);
    if (rc == 0) {
        rc = send_bundle(p, bundle, path);
    }
    placet_bundle_free(&bundle);
    return rc;
}

static int publish_path(struct publish *p, const char *path)
{
    char **paths = NULL;
    int count = 0;
    int rc = pl_cli_workflows(p->cli, path, &paths, &count);

    for (int i = 0; i < count; i++) {
        rc = rc == 0 ? publish_file(p, paths[i]) : rc;
        free(paths[i]);
    }
    free(paths);
    return rc;
}

int pl_cli_publish_quietly(struct pl_cli *cli, struct placet_client *client, const char *path)
{
    struct publish p = {.cli = cli, .client = client, .published = json_array()};
    const int rc = publish_path(&p, path);

    json_decref(p.published);
    return rc;
}

static void draw_published(const struct pl_cli *cli, json_t *value)
{
    size_t i = 0;
    json_t *item = NULL;

    json_array_foreach(json_object_get(value, "published"), i, item)
    {
        const long long revision = pl_cli_number(item, "revision");
        pl_cli_print(cli, PL_CLI_BOLD, "%s", pl_cli_text(item, "workflow"));
        if (json_is_true(json_object_get(item, "dry_run"))) {
            (void)printf("  could be published\n");
        } else if (json_is_true(json_object_get(item, "unchanged"))) {
            (void)printf("  unchanged: revision %lld\n", revision);
        } else {
            (void)printf("  published as revision %lld\n", revision);
        }
    }
}

int pl_cli_run_publish(struct pl_cli *cli)
{
    struct publish p = {.cli = cli, .dry_run = pl_cli_given(cli, "dry-run")};
    int rc = pl_cli_connect(cli, "officer", &p.client);

    if (rc != 0) {
        return rc;
    }
    p.published = json_array();
    for (int i = 0; rc == 0 && i < cli->argument_count; i++) {
        rc = publish_path(&p, cli->arguments[i]);
    }
    placet_client_close(&p.client);
    /* What was published before a mistake is published: say so, too. */
    if (rc != 0 && json_array_size(p.published) == 0) {
        json_decref(p.published);
        return rc;
    }
    return pl_cli_show(cli,
                       (struct pl_cli_result){.value = json_pack("{s:o}", "published", p.published),
                                              .list = "published",
                                              .draw = draw_published},
                       (enum pl_cli_exit)rc);
}
