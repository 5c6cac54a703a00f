#include "store/pages.h"

#include <errno.h>
#include <placet/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(size_t) == 8,
               "LMDB files are those of the machine");

enum {
    BRANCH = 0x01,
    LEAF = 0x02,
    OVERFLOW_PAGE = 0x04,
    META = 0x08,
    PAGE_HEADER = 16,
    NODE_HEADER = 8,
    BIG_DATA = 0x01,
    SUB_TREE = 0x02,
    PAGE_SIZE_MAX = 65536,
    DEPTH_MAX = 16 /* of a tree of 2^64 pages with the few keys of a page that we have */
};

#define NO_PAGE UINT64_MAX

struct page_header {
    uint64_t number;
    uint16_t pad;
    uint16_t flags;
    union {
        struct {
            uint16_t lower;
            uint16_t upper;
        };
        uint32_t pages; /* of an overflow run */
    };
};

struct tree {
    uint32_t pad;
    uint16_t flags;
    uint16_t depth;
    uint64_t branch_pages;
    uint64_t leaf_pages;
    uint64_t overflow_pages;
    uint64_t entries;
    uint64_t root;
};

struct meta {
    uint32_t magic;
    uint32_t version;
    uint64_t address;
    uint64_t map_size;
    struct tree free_list;
    struct tree main;
    uint64_t last_page;
    uint64_t txnid;
};

struct node {
    uint16_t low;
    uint16_t high;
    uint16_t flags;
    uint16_t key_size;
};

_Static_assert(sizeof(struct page_header) == PAGE_HEADER && sizeof(struct tree) == 48 &&
                   sizeof(struct meta) == 136 && sizeof(struct node) == NODE_HEADER,
               "as in the file");

struct checker {
    int fd;
    uint32_t page_size; /* from the first meta page; the second must agree */
    uint64_t last_page;
    uint64_t txnid;
    uint8_t *seen; /* a bit for each page */
    pl_pages_report *report;
    void *context;
    unsigned findings;
    int broken; /* PLACET_EIO or PLACET_ENOMEM: the check itself failed */
};

/* One tree as it is found, against what it claims. */
struct walk {
    struct checker *checker;
    struct tree found;
    bool is_free_list;
    bool is_main;
    bool has_key;
    uint8_t key[16]; /* of the entry before; ours have 8 bytes, names of tables up to 15 */
    uint16_t key_size;
};

static void found(struct checker *c, uint64_t page, const char *what)
{
    c->findings++;
    if (c->report != NULL) {
        c->report(c->context, page, what);
    }
}

static bool read_bytes(struct checker *c, uint64_t offset, void *out, size_t size)
{
    uint8_t *at = out;

    while (size > 0) {
        const ssize_t got = pread(c->fd, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            c->broken = PLACET_EIO;
            return false;
        }
        if (got == 0) {
            found(c, offset / c->page_size, "lies behind the end of the file");
            return false;
        }
        at += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return true;
}

static bool mark(struct checker *c, uint64_t first, uint64_t count)
{
    if (first < 2 || first > c->last_page || count == 0 || count > c->last_page - first + 1) {
        found(c, first, "lies outside of the data");
        return false;
    }
    for (uint64_t page = first; page < first + count; page++) {
        const uint8_t bit = (uint8_t)(1u << page % 8);
        if ((c->seen[page / 8] & bit) != 0) {
            found(c, page, "is used twice");
            return false;
        }
        c->seen[page / 8] |= bit;
    }
    return true;
}

/* A value that has pages of its own: `size` bytes from page `first` on. */
static bool check_overflow(struct walk *w, uint64_t first, uint64_t size)
{
    struct checker *c = w->checker;
    struct page_header header;

    if (first < 2 || first > c->last_page) {
        found(c, first, "lies outside of the data");
        return false;
    }
    if (!read_bytes(c, first * c->page_size, &header, sizeof header)) {
        return false;
    }
    if (header.number != first || header.flags != OVERFLOW_PAGE ||
        header.pages < (size + PAGE_HEADER - 1) / c->page_size + 1) {
        found(c, first, "is not the first page of a large value");
        return false;
    }
    w->found.overflow_pages += header.pages;
    return mark(c, first, header.pages);
}

/* One entry of the free list: a count and so many page numbers, descending. */
static void check_free_pages(struct walk *w, uint64_t page, const uint8_t *data, uint64_t size)
{
    struct checker *c = w->checker;
    uint64_t count;
    uint64_t before = NO_PAGE;

    if (size < sizeof count) {
        found(c, page, "has a broken list of free pages");
        return;
    }
    memcpy(&count, data, sizeof count);
    if (count > size / 8 - 1) {
        found(c, page, "has a broken list of free pages");
        return;
    }
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t number;
        memcpy(&number, data + i * 8, sizeof number);
        if (number >= before || !mark(c, number, 1)) {
            found(c, page, "lists pages as free that are not");
            return;
        }
        before = number;
    }
}

static void walk_tree(struct checker *c, const struct tree *tree, bool is_free_list, bool is_main);

static void check_free_entry(struct walk *w, uint64_t page, const uint8_t *data, uint64_t size,
                             uint64_t overflow)
{
    uint8_t *copy;

    if (overflow == NO_PAGE) {
        check_free_pages(w, page, data, size);
        return;
    }
    copy = malloc(size);
    if (copy == NULL) {
        w->checker->broken = PLACET_ENOMEM;
        return;
    }
    if (read_bytes(w->checker, overflow * w->checker->page_size + PAGE_HEADER, copy, size)) {
        check_free_pages(w, page, copy, size);
    }
    free(copy);
}

static void check_key(struct walk *w, uint64_t page, const uint8_t *key, uint16_t size)
{
    bool ordered;

    if (size == 0 || size > sizeof w->key || (!w->is_main && size != 8)) {
        found(w->checker, page, "has a key of a wrong size");
        return;
    }
    if (w->is_free_list) {
        uint64_t now;
        uint64_t before;
        memcpy(&now, key, sizeof now);
        memcpy(&before, w->key, sizeof before);
        ordered = !w->has_key || now > before;
        if (now > w->checker->txnid) {
            found(w->checker, page, "knows a commit after the newest");
        }
    } else {
        const uint16_t shorter = size < w->key_size ? size : w->key_size;
        const int order = w->has_key ? memcmp(key, w->key, shorter) : 1;
        ordered = order > 0 || (order == 0 && size > w->key_size);
    }
    if (!ordered) {
        found(w->checker, page, "has keys out of order");
    }
    memcpy(w->key, key, size);
    w->key_size = size;
    w->has_key = true;
}

// NOLINTNEXTLINE(misc-no-recursion): as walk_tree
static void check_entry(struct walk *w, uint64_t page, const struct node *node, const uint8_t *at)
{
    struct checker *c = w->checker;
    const uint64_t size = (uint64_t)node->high << 16 | node->low;
    const uint8_t *data = at + NODE_HEADER + node->key_size;
    uint64_t overflow = NO_PAGE;

    w->found.entries++;
    check_key(w, page, at + NODE_HEADER, node->key_size);
    if (node->flags == BIG_DATA) {
        memcpy(&overflow, data, sizeof overflow);
        if (!check_overflow(w, overflow, size)) {
            return;
        }
    } else if (node->flags != (w->is_main ? SUB_TREE : 0)) {
        found(c, page, "has an entry of an unknown kind");
        return;
    }
    if (w->is_free_list) {
        check_free_entry(w, page, data, size, overflow);
    } else if (w->is_main) {
        struct tree tree;
        if (size != sizeof tree) {
            found(c, page, "has a table that is none");
            return;
        }
        memcpy(&tree, data, sizeof tree);
        walk_tree(c, &tree, false, false);
    }
}

/* The node at one of the offsets of a page, when it lies within the page. */
static bool node_at(const struct checker *c, const uint8_t *page, uint16_t lower, uint32_t index,
                    struct node *node_out, uint32_t *offset_out)
{
    uint16_t offset;
    uint64_t size;

    memcpy(&offset, page + PAGE_HEADER + 2 * (size_t)index, sizeof offset);
    if (offset < lower || (uint32_t)offset + NODE_HEADER > c->page_size) {
        return false;
    }
    memcpy(node_out, page + offset, sizeof *node_out);
    size = NODE_HEADER + (uint64_t)node_out->key_size;
    if ((page[10] & LEAF) != 0) {
        size += (node_out->flags & BIG_DATA) != 0
                    ? 8
                    : ((uint64_t)node_out->high << 16 | node_out->low);
    }
    *offset_out = offset;
    return offset + size <= c->page_size;
}

/* A branch or leaf page and all below it. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by DEPTH_MAX, and once more for each table
static void walk_page(struct walk *w, uint64_t number, unsigned depth, uint8_t *memory)
{
    struct checker *c = w->checker;
    uint8_t *page = memory + (size_t)(depth - 1) * c->page_size;
    struct page_header header;
    bool leaf;

    if (!mark(c, number, 1) || !read_bytes(c, number * c->page_size, page, c->page_size)) {
        return;
    }
    memcpy(&header, page, sizeof header);
    leaf = depth == w->found.depth;
    if (header.number != number || header.flags != (leaf ? LEAF : BRANCH) ||
        header.lower < PAGE_HEADER || header.lower % 2 != 0 || header.upper < header.lower ||
        header.upper > c->page_size) {
        found(c, number, "is not the page that its tree expects");
        return;
    }
    *(leaf ? &w->found.leaf_pages : &w->found.branch_pages) += 1;
    for (uint32_t i = 0; i < (header.lower - (uint32_t)PAGE_HEADER) / 2; i++) {
        struct node node;
        uint32_t offset = 0;
        if (!node_at(c, page, header.lower, i, &node, &offset)) {
            found(c, number, "has an entry that leaves the page");
            return;
        }
        if (leaf) {
            check_entry(w, number, &node, page + offset);
        } else {
            walk_page(w, node.low | (uint64_t)node.high << 16 | (uint64_t)node.flags << 32,
                      depth + 1, memory);
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion): a table of the main tree has no tables
static void walk_tree(struct checker *c, const struct tree *tree, bool is_free_list, bool is_main)
{
    struct walk w = {.checker = c, .is_free_list = is_free_list, .is_main = is_main};
    uint8_t *memory;

    if (tree->root == NO_PAGE) {
        if (tree->depth != 0 || tree->entries != 0) {
            found(c, 0, "says that a tree is empty and has entries");
        }
        return;
    }
    if (tree->depth == 0 || tree->depth > DEPTH_MAX) {
        found(c, tree->root, "is the root of a tree of an impossible depth");
        return;
    }
    memory = malloc((size_t)tree->depth * c->page_size);
    if (memory == NULL) {
        c->broken = PLACET_ENOMEM;
        return;
    }
    w.found.depth = tree->depth;
    walk_page(&w, tree->root, 1, memory);
    free(memory);
    if (w.found.branch_pages != tree->branch_pages || w.found.leaf_pages != tree->leaf_pages ||
        w.found.overflow_pages != tree->overflow_pages || w.found.entries != tree->entries) {
        found(c, tree->root, "is the root of a tree that has lost or gained something");
    }
}

/* Newest commit that the free list of a meta page knows: the last key of its last leaf. */
static bool newest_free_key(struct checker *c, const struct tree *tree, uint64_t *key_out)
{
    uint8_t page[PAGE_SIZE_MAX];
    uint64_t number = tree->root;

    for (unsigned depth = 1; depth <= tree->depth && depth <= DEPTH_MAX; depth++) {
        struct page_header header;
        struct node node;
        uint32_t offset = 0;
        if (number < 2 || !read_bytes(c, number * c->page_size, page, c->page_size)) {
            return false;
        }
        memcpy(&header, page, sizeof header);
        if (header.number != number || header.lower <= PAGE_HEADER || header.lower > c->page_size ||
            !node_at(c, page, header.lower, (header.lower - (uint32_t)PAGE_HEADER) / 2 - 1, &node,
                     &offset)) {
            return false;
        }
        if (header.flags == LEAF) {
            memcpy(key_out, page + offset + NODE_HEADER, sizeof *key_out);
            return node.key_size == sizeof *key_out;
        }
        number = node.low | (uint64_t)node.high << 16 | (uint64_t)node.flags << 32;
    }
    return false;
}

/* A commit records what it freed under its own number, and each but the first frees something. So a
 * meta page whose number was changed, or whose tree is another's, is caught by its free list. */
static bool meta_is_true(struct checker *c, const struct meta *meta, unsigned page)
{
    uint64_t key = 0;

    if (meta->magic != 0xbeefc0de || meta->version != 1 || meta->free_list.pad != c->page_size ||
        (meta->txnid != 0 && meta->txnid % 2 != page)) {
        return false;
    }
    if (meta->free_list.root == NO_PAGE) {
        return meta->txnid <= 1;
    }
    return newest_free_key(c, &meta->free_list, &key) && key == meta->txnid;
}

static int read_metas(struct checker *c, struct meta metas[2])
{
    struct page_header header;

    c->page_size = 4096; /* until it is known */
    if (!read_bytes(c, PAGE_HEADER, &metas[0], sizeof metas[0])) {
        return c->broken != 0 ? c->broken : PLACET_ECORRUPT;
    }
    c->page_size = metas[0].free_list.pad;
    if (c->page_size < 512 || c->page_size > PAGE_SIZE_MAX ||
        (c->page_size & (c->page_size - 1)) != 0) {
        c->page_size = 4096;
        found(c, 0, "is not a meta page");
        return PLACET_ECORRUPT;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (!read_bytes(c, (uint64_t)i * c->page_size, &header, sizeof header) ||
            !read_bytes(c, (uint64_t)i * c->page_size + PAGE_HEADER, &metas[i], sizeof metas[i])) {
            return c->broken != 0 ? c->broken : PLACET_ECORRUPT;
        }
        if (header.number != i || header.flags != META || !meta_is_true(c, &metas[i], i)) {
            found(c, i, "is not the meta page of its commit");
        }
    }
    if (metas[0].txnid + 1 != metas[1].txnid && metas[1].txnid + 1 != metas[0].txnid) {
        found(c, 0, "and page 1 are not of two commits in a row");
    }
    return c->findings > 0 ? PLACET_ECORRUPT : PLACET_OK;
}

int pl_pages_check_metas(int fd)
{
    struct checker c = {.fd = fd};
    struct meta metas[2];
    const int rc = read_metas(&c, metas);

    return c.broken != 0 ? c.broken : rc;
}

int pl_pages_check(int fd, pl_pages_report *report, void *context, uint64_t *pages_out)
{
    struct checker c = {.fd = fd, .report = report, .context = context};
    struct meta metas[2];
    const struct meta *newest;
    int rc = read_metas(&c, metas);

    if (rc < 0) {
        return c.broken != 0 ? c.broken : rc;
    }
    newest = &metas[metas[1].txnid > metas[0].txnid ? 1 : 0];
    c.last_page = newest->last_page;
    c.txnid = newest->txnid;
    c.seen = c.last_page < UINT64_C(1) << 40 ? calloc(1, c.last_page / 8 + 1) : NULL;
    if (c.seen == NULL) {
        return PLACET_ENOMEM;
    }
    walk_tree(&c, &newest->main, false, true);
    walk_tree(&c, &newest->free_list, true, false);
    free(c.seen);
    if (c.broken != 0) {
        return c.broken;
    }
    if (c.findings > 0) {
        return PLACET_ECORRUPT;
    }
    *pages_out = c.last_page + 1;
    return PLACET_OK;
}
