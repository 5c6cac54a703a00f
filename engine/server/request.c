#include "server/request.h"

#include <string.h>

#include "base/hash.h"
#include "server/session.h"

#define ERROR_SIZE 2048
#define AFTER_MS   200 /* when an overloaded engine may be asked again */

/* ---- fields -----------------------------------------------------------------------------------
 */

void pl_request_mistake(struct pl_request *r, const char *key, const char *clause)
{
    if (r->mistake_key == NULL) {
        r->mistake_key = key;
        r->mistake = clause;
    }
}

/* The value of a key; nil counts as absent. */
static struct pl_bytes field(struct pl_request *r, const char *key, enum pl_need need)
{
    struct pl_bytes value = pl_value_get(r->body, pl_text_of(key));

    if (value.size == 1 && value.at[0] == 0xc0) {
        value.size = 0;
    }
    if (value.size == 0 && need == PL_REQUIRED) {
        pl_request_mistake(r, key, "this field is required");
    }
    return value;
}

struct pl_text pl_request_text(struct pl_request *r, const char *key, uint32_t len_max,
                               enum pl_need need)
{
    const struct pl_bytes value = field(r, key, need);
    struct pl_text text = {0};

    if (value.size == 0) {
        return text;
    }
    if (!pl_value_as_text(value, &text)) {
        pl_request_mistake(r, key, "must be text");
    } else if (text.len > len_max) {
        pl_request_mistake(r, key, "is too long");
    } else if (text.len == 0 && need == PL_REQUIRED) {
        pl_request_mistake(r, key, "must not be empty");
    } else {
        return text;
    }
    return (struct pl_text){0};
}

static int64_t int_field(struct pl_request *r, const char *key, int64_t min, int64_t max,
                         enum pl_need need, int64_t fallback)
{
    const struct pl_bytes value = field(r, key, need);
    int64_t number = fallback;

    if (value.size > 0 && !pl_value_as_i64(value, &number)) {
        pl_request_mistake(r, key, "must be an integer");
    } else if (value.size > 0 && (number < min || number > max)) {
        pl_request_mistake(r, key, "is out of range");
        number = fallback;
    }
    return number;
}

int64_t pl_request_int(struct pl_request *r, const char *key, int64_t min, int64_t max,
                       enum pl_need need)
{
    return int_field(r, key, min, max, need, min > 0 ? min : 0);
}

int64_t pl_request_int_or(struct pl_request *r, const char *key, int64_t min, int64_t max,
                          int64_t fallback)
{
    return int_field(r, key, min, max, PL_OPTIONAL, fallback);
}

bool pl_request_bool(struct pl_request *r, const char *key, bool fallback)
{
    const struct pl_bytes value = field(r, key, PL_OPTIONAL);
    bool truth = fallback;

    if (value.size > 0 && !pl_value_as_bool(value, &truth)) {
        pl_request_mistake(r, key, "must be true or false");
    }
    return truth;
}

static struct pl_bytes typed_field(struct pl_request *r, const char *key, enum pl_need need,
                                   enum pl_value_type type, const char *clause)
{
    const struct pl_bytes value = field(r, key, need);
    struct pl_reader in;

    if (value.size == 0) {
        return value;
    }
    pl_reader_init(&in, value.at, value.size);
    if (pl_reader_peek(&in) != type) {
        pl_request_mistake(r, key, clause);
        return (struct pl_bytes){0};
    }
    return value;
}

struct pl_bytes pl_request_map(struct pl_request *r, const char *key, enum pl_need need)
{
    return typed_field(r, key, need, PL_VALUE_MAP, "must be a map");
}

struct pl_bytes pl_request_value(struct pl_request *r, const char *key)
{
    return field(r, key, PL_OPTIONAL);
}

struct pl_bytes pl_request_array(struct pl_request *r, const char *key, enum pl_need need)
{
    return typed_field(r, key, need, PL_VALUE_ARRAY, "must be an array");
}

struct pl_case_id pl_request_case(struct pl_request *r)
{
    struct pl_case_id id = {0};
    const struct pl_text text = pl_request_text(r, "case", PL_CASE_TEXT_SIZE, PL_OPTIONAL);

    if (text.len > 0) {
        if (!pl_case_id_parse(text, &id)) {
            pl_request_mistake(r, "case", "is not the number of a case, such as C1042");
        }
        return id;
    }
    const struct pl_text workflow = pl_request_text(r, "workflow", PL_ID_MAX, PL_OPTIONAL);
    const struct pl_text key = pl_request_text(r, "key", PL_KEY_MAX, PL_OPTIONAL);
    if (workflow.len == 0 || key.len == 0) {
        pl_request_mistake(r, "case", "give `case`, or `workflow` and `key`");
        return id;
    }
    id = pl_state_case_of_key(&r->server->state, workflow, key);
    if (id.v == 0) {
        pl_request_mistake(r, "key", "no open case of this workflow has this key");
    }
    return id;
}

struct pl_task_ref pl_request_task(struct pl_request *r)
{
    const struct pl_text text = pl_request_text(r, "task", PL_TASK_TEXT_SIZE, PL_REQUIRED);
    struct pl_task_ref ref = {0};

    if (text.len > 0 && !pl_task_ref_parse(text, &ref)) {
        pl_request_mistake(r, "task", "is not the number of a task, such as C1042.7.0.1");
    }
    return ref;
}

struct pl_lease pl_request_lease(struct pl_request *r)
{
    const struct pl_bytes value = field(r, "lease", PL_REQUIRED);
    struct pl_lease lease = {0};
    struct pl_reader in;

    if (value.size == 0) {
        return lease;
    }
    pl_reader_init(&in, value.at, value.size);
    const struct pl_bytes bytes = pl_reader_bin(&in, sizeof lease.at);
    if (in.bad || bytes.size != sizeof lease.at) {
        pl_request_mistake(r, "lease", "must be the 16 bytes that came with the task");
    } else {
        memcpy(lease.at, bytes.at, sizeof lease.at);
    }
    return lease;
}

struct pl_command pl_request_command(struct pl_request *r, enum pl_command_kind kind)
{
    struct pl_command cmd = {.kind = kind,
                             .actor = r->session->actor,
                             .by = pl_text_of(r->session->principal),
                             .body_hash = pl_hash64(r->body.at, r->body.size)};

    if (cmd.actor != PL_ACTOR_ADAPTER) {
        cmd.idem = pl_request_text(r, "idem", PL_KEY_MAX, PL_REQUIRED);
    }
    return cmd;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

struct pl_writer *pl_answer_open(struct pl_request *r, struct pl_writer *body, uint32_t size)
{
    return pl_outbox_open(&r->server->outbox, size, body) == PLACET_OK ? body : NULL;
}

int pl_answer_send(struct pl_request *r, uint16_t flags, const struct pl_writer *body)
{
    const struct placet_header header = {.kind = r->header.kind,
                                         .flags = (uint16_t)(flags | PLACET_FLAG_REPLY),
                                         .correlation = r->header.correlation};
    uint8_t bytes[PLACET_HEADER_SIZE];

    placet_header_write(&header, bytes);
    const int rc =
        pl_outbox_post(&r->server->outbox, r->message->endpoint, r->message->peer, bytes, body);
    /* A reply that found no room is a lost reply: whoever asked asks again. */
    return rc == PLACET_ELIMIT ? PLACET_OK : rc;
}

void pl_write_raw(struct pl_writer *out, struct pl_bytes bytes)
{
    if (out->full || out->size - out->used < bytes.size) {
        out->full = true;
        return;
    }
    memcpy(out->at + out->used, bytes.at, bytes.size);
    out->used += bytes.size;
}

int pl_answer_error(struct pl_request *r, enum placet_code code, const char *message,
                    int64_t after_ms, struct pl_bytes detail)
{
    struct pl_writer body;

    if (pl_answer_open(r, &body, ERROR_SIZE + detail.size) == NULL) {
        return PLACET_OK;
    }
    pl_error_write(&body, code, message, after_ms, detail);
    return pl_answer_send(r, PLACET_FLAG_ERROR, &body);
}

int pl_answer_mistake(struct pl_request *r)
{
    uint8_t memory[256];
    struct pl_writer detail;

    pl_writer_init(&detail, memory, sizeof memory);
    pl_write_map(&detail, 1);
    pl_write_key_string(&detail, "path", r->mistake_key);
    return pl_answer_error(r, PLACET_CODE_INVALID_ARGUMENT, r->mistake, 0,
                           pl_writer_bytes(&detail));
}

int pl_answer_exhausted(struct pl_request *r)
{
    return pl_answer_error(r, PLACET_CODE_RESOURCE_EXHAUSTED, NULL, AFTER_MS, (struct pl_bytes){0});
}

/* The code that carries a rejection. */
static enum placet_code code_of(enum pl_rejection rejection)
{
    static const enum placet_code codes[PL_REJECTIONS] = {
        [PL_ACCEPTED] = PLACET_CODE_NONE,
#define REJECTION(NAME, ERROR, EN, ZH) [PL_REJECT_##NAME] = PLACET_CODE_##ERROR,
#include "model/rejections.def"
#undef REJECTION
    };
    return codes[rejection];
}

void pl_write_verdict(struct pl_writer *body, const struct pl_verdict *x)
{
    char text[PL_CASE_TEXT_SIZE];

    pl_write_key_u64(body, "partition", x->case_id.v >> 56);
    pl_write_key_u64(body, "sequence", x->seq);
    pl_case_id_format(x->case_id, text);
    pl_write_key_string(body, "case", x->case_id.v == 0 ? NULL : text);
}

static int answer_rejection(struct pl_request *r, const struct pl_verdict *x)
{
    uint8_t memory[1024];
    struct pl_writer detail;

    pl_writer_init(&detail, memory, sizeof memory);
    pl_write_map(&detail, 5);
    pl_write_key_string(&detail, "rejection", pl_rejection_name(x->rejection));
    pl_write_key_string(&detail, "message_zh", pl_rejection_text_zh(x->rejection));
    pl_write_verdict(&detail, x);

    struct pl_writer body;
    if (pl_answer_open(r, &body, ERROR_SIZE) == NULL) {
        return PLACET_OK;
    }
    pl_error_write(&body, code_of(x->rejection), pl_rejection_text(x->rejection), 0,
                   pl_writer_bytes(&detail));
    return pl_answer_send(r, PLACET_FLAG_ERROR | (x->repeated ? PLACET_FLAG_DUP : 0), &body);
}

int pl_request_executed(struct pl_request *r, const struct pl_verdict *x, bool *ran)
{
    *ran = x->rejection == PL_ACCEPTED;
    return *ran ? PLACET_OK : answer_rejection(r, x);
}

int pl_request_execute(struct pl_request *r, struct pl_command *cmd, struct pl_verdict *out,
                       bool *ran)
{
    *ran = false;
    const int rc = pl_turn_execute(r->server, cmd, out);
    return rc == PLACET_OK ? pl_request_executed(r, out, ran) : rc;
}

int pl_answer_command(struct pl_request *r, struct pl_command *cmd)
{
    struct pl_verdict x = {0};
    struct pl_writer body;
    bool ran = false;

    const int rc = pl_request_execute(r, cmd, &x, &ran);
    if (!ran || pl_answer_open(r, &body, 128) == NULL) {
        return rc;
    }
    pl_write_map(&body, 3);
    pl_write_verdict(&body, &x);
    return pl_answer_send(r, x.repeated ? PLACET_FLAG_DUP : 0, &body);
}
