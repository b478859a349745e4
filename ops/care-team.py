#!/usr/bin/env python3
"""Says who coaches whom in the demo, over HTTP like any administrator: python3 ops/care-team.py [--help].

coach-anna gets user-001 to user-025, coach-ben user-900. `./adhere up` does the same for all of its identities.
Saying it again changes nothing.
"""
from stack import Stack, call

COACHES = {"coach-anna": [f"user-{n:03d}" for n in range(1, 26)], "coach-ben": ["user-900"]}


def main():
    stack = Stack.of_arguments(__doc__)
    admin = stack.token_of("admin")
    for coach, users in COACHES.items():
        status, text = call("POST", f"{stack.reminder}/v1/coaches/{coach}/users", admin, {"users": users})
        if status // 100 != 2:
            raise SystemExit(f"{coach} cannot be made a coach: {status} {text}")
    print(f"The care team is set up: {sum(map(len, COACHES.values()))} users have their coach")


if __name__ == "__main__":
    main()
