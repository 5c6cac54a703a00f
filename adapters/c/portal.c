/* The usual questions in one line each. */
#include <placet/client.h>

#include <stdio.h>
#include <string.h>

#include "mistake.h"

#define WAIT_MS 10000

/* Sends the finished body, frees the writer, and makes a refusal a status. */
static int ask(struct placet_client *client, enum placet_kind kind, struct placet_writer *out,
               struct placet_reply *reply_out, struct placet_error *err)
{
    struct placet_reply reply;
    struct placet_value body;

    placet_put_end(out);
    int rc = placet_writer_value(out, &body);
    if (rc < 0) {
        rc = pl_client_fail(err, rc, "a field is no value of the profile, or memory is short");
    } else {
        rc = placet_call(client, kind, body, WAIT_MS, &reply, err);
    }
    placet_writer_fini(out);
    if (rc < 0) {
        return rc;
    }
    if (reply_out != NULL) {
        *reply_out = reply;
    }
    return placet_reply_status(&reply, err);
}

int placet_start(struct placet_client *client, const struct placet_start *start,
                 char case_out[PLACET_CASE_SIZE], struct placet_error *err)
{
    struct placet_writer out = {0};
    struct placet_reply reply;

    placet_put_map(&out);
    placet_put_key_text(&out, "workflow", start->workflow);
    if (start->revision != 0) {
        placet_put_key_i64(&out, "revision", start->revision);
    }
    placet_put_key_text(&out, "key", start->key);
    placet_put_key_value(&out, "form", start->form);
    placet_put_key_text(&out, "on_existing", start->on_existing);
    placet_put_key_text(&out, "idem", start->idem);
    const int rc = ask(client, PLACET_KIND_START, &out, &reply, err);
    if (rc == PLACET_OK) {
        (void)placet_get_string(reply.body, "case", case_out, PLACET_CASE_SIZE);
    }
    return rc;
}

int placet_signal(struct placet_client *client, const char *case_id, const char *name,
                  struct placet_value data, struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "case", case_id);
    placet_put_key_text(&out, "name", name);
    placet_put_key_value(&out, "data", data);
    return ask(client, PLACET_KIND_SIGNAL, &out, NULL, err);
}

int placet_signal_key(struct placet_client *client, const char *name, const char *key,
                      struct placet_value data, struct placet_reply *reply_out,
                      struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "name", name);
    placet_put_key_text(&out, "key", key);
    placet_put_key_value(&out, "data", data);
    return ask(client, PLACET_KIND_SIGNAL, &out, reply_out, err);
}

int placet_supplement(struct placet_client *client, const char *case_id,
                      struct placet_value changes, struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "case", case_id);
    placet_put_key_value(&out, "changes", changes);
    return ask(client, PLACET_KIND_SUPPLEMENT, &out, NULL, err);
}

int placet_withdraw(struct placet_client *client, const char *case_id, const char *reason,
                    struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "case", case_id);
    placet_put_key_text(&out, "reason", reason);
    return ask(client, PLACET_KIND_WITHDRAW, &out, NULL, err);
}

int placet_decide(struct placet_client *client, const char *task, const char *decision,
                  const char *reason, struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "task", task);
    placet_put_key_text(&out, "decision", decision);
    placet_put_key_text(&out, "reason", reason);
    return ask(client, PLACET_KIND_DECIDE, &out, NULL, err);
}

static void put_step(struct placet_writer *out, const char *case_id, const char *step)
{
    placet_put_map(out);
    placet_put_key_text(out, "case", case_id);
    placet_put_key_text(out, "step", step);
}

int placet_clock_stop(struct placet_client *client, const char *case_id, const char *step,
                      const char *reason, const char *estimate, struct placet_error *err)
{
    struct placet_writer out = {0};

    put_step(&out, case_id, step);
    placet_put_key_text(&out, "reason", reason);
    placet_put_key_text(&out, "estimate", estimate);
    return ask(client, PLACET_KIND_PAUSE, &out, NULL, err);
}

int placet_clock_resume(struct placet_client *client, const char *case_id, const char *step,
                        const char *reason, struct placet_error *err)
{
    struct placet_writer out = {0};

    put_step(&out, case_id, step);
    placet_put_key_text(&out, "reason", reason);
    return ask(client, PLACET_KIND_RESUME, &out, NULL, err);
}

int placet_extend(struct placet_client *client, const char *case_id, const char *step,
                  const char *role, uint32_t count, const char *reason, struct placet_error *err)
{
    struct placet_writer out = {0};

    put_step(&out, case_id, step);
    placet_put_key_text(&out, "role", role);
    if (count > 0) {
        placet_put_key_i64(&out, "count", count);
    }
    placet_put_key_text(&out, "reason", reason);
    return ask(client, PLACET_KIND_EXTEND, &out, NULL, err);
}

int placet_hand_over(struct placet_client *client, const char *task, const char *service,
                     const char *reason, struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "task", task);
    placet_put_key_text(&out, "service", service);
    placet_put_key_text(&out, "reason", reason);
    return ask(client, PLACET_KIND_HAND_OVER, &out, NULL, err);
}

int placet_publish(struct placet_client *client, struct placet_value files, bool dry_run,
                   struct placet_reply *reply_out, struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_value(&out, "files", files);
    placet_put_key_bool(&out, "dry_run", dry_run);
    return ask(client, PLACET_KIND_PUBLISH, &out, reply_out, err);
}

int placet_get(struct placet_client *client, const char *what, const char *id,
               struct placet_reply *reply_out, struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "what", what);
    placet_put_key_text(&out, what, id);
    return ask(client, PLACET_KIND_GET, &out, reply_out, err);
}

int placet_list(struct placet_client *client, const char *what, struct placet_value filter,
                int64_t limit, int64_t after, struct placet_reply *reply_out,
                struct placet_error *err)
{
    struct placet_writer out = {0};
    struct placet_items conditions = placet_items_of(filter);
    struct placet_text key;
    struct placet_value item;

    placet_put_map(&out);
    placet_put_key_text(&out, "what", what);
    while (placet_items_next(&conditions, &key, &item)) {
        placet_put_key_of(&out, key);
        placet_put_value(&out, item);
    }
    if (limit != 0) {
        placet_put_key_i64(&out, "limit", limit);
    }
    if (after != 0) {
        placet_put_key_i64(&out, "after", after);
    }
    return ask(client, PLACET_KIND_LIST, &out, reply_out, err);
}

int placet_why(struct placet_client *client, const char *case_id, struct placet_reply *reply_out,
               struct placet_error *err)
{
    struct placet_writer out = {0};

    placet_put_map(&out);
    placet_put_key_text(&out, "case", case_id);
    return ask(client, PLACET_KIND_WHY, &out, reply_out, err);
}
