# What only a board is tested for. Included by tests.mk.

PORT_TESTS_qemu-arm += board/abuse board/bad_calls
