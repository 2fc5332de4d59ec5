#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "journal.h"

#include <string.h>

static struct journal journal;

static void is_zeros_at_first(void **state)
{
    unsigned char record[JOURNAL_BYTES];

    (void)state;
    memset(&journal, 0, sizeof journal);
    memset(record, 1, sizeof record);
    journal_read(&journal, record, sizeof record);
    for (size_t i = 0; i < sizeof record; i++)
        assert_int_equal(record[i], 0);
}

static void gives_what_was_written_last(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < 10; i++) {
        uint32_t read = 0;

        journal_write(&journal, &i, sizeof i);
        journal_read(&journal, &read, sizeof read);
        assert_int_equal(read, i);
    }
}

/* The commit is the last store: until then, whatever was written, the record is the one before. */
static void a_death_in_between_leaves_the_old_record(void **state)
{
    uint64_t record = 7;
    uint64_t read = 0;
    uint32_t before;

    (void)state;
    for (int i = 0; i < 2; i++) {
        record++;
        journal_write(&journal, &record, sizeof record);
        before = journal.current;
        record++;
        journal_write(&journal, &record, sizeof record);
        assert_true(journal.current != before);
        journal.current = before;
        journal_read(&journal, &read, sizeof read);
        assert_int_equal(read, record - 1);
        record++;
        journal_write(&journal, &record, sizeof record);
        journal_read(&journal, &read, sizeof read);
        assert_int_equal(read, record);
    }
}

static void survives_what_was_overwritten(void **state)
{
    uint32_t read;

    (void)state;
    journal.current = UINT32_MAX;
    journal_read(&journal, &read, sizeof read);
    journal_write(&journal, &(uint32_t){5}, sizeof(uint32_t));
    journal_read(&journal, &read, sizeof read);
    assert_int_equal(read, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_zeros_at_first),
        cmocka_unit_test(gives_what_was_written_last),
        cmocka_unit_test(a_death_in_between_leaves_the_old_record),
        cmocka_unit_test(survives_what_was_overwritten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
