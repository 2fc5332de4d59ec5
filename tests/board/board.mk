# What only a board is tested for. Included by tests.mk.

PORT_TESTS_qemu-arm += board/abuse board/bad_calls
PORT_TOOLS_qemu-arm += board/stuck
TEST_SCRIPTS_qemu-arm += tests/board/tracker.sh tests/board/reset.sh
