"""The people of a base: many departments with a manager and four salespeople each, and one person a role beside them."""

from __future__ import annotations

from zhike.domain.demo.people import DepartmentRow, PersonRow, Staff

SELLERS_EACH = 4


def staff(departments: int) -> Staff:
    """User names are sales_<department>_<place>, manager_<department>, and the keys of the other roles."""
    rooms = [DepartmentRow("branch", "总部")]
    people = [
        PersonRow(role, f"{role} 一人", "branch", (role,)) for role in ("executive", "custodian", "admin", "marketing")
    ]
    people.append(PersonRow("boss", "管理员兼高管", "branch", ("admin", "custodian")))
    for number in range(1, departments + 1):
        room = f"department_{number}"
        rooms.append(DepartmentRow(room, f"销售{number}部", "branch"))
        people.append(PersonRow(f"manager_{number}", f"经理{number}", room, ("manager",)))
        people += [
            PersonRow(f"sales_{number}_{place}", f"销售{number}-{place}", room, ("sales",))
            for place in range(1, SELLERS_EACH + 1)
        ]
    people.append(PersonRow("service", "客服一人", "department_1", ("service",)))
    return Staff(tuple(rooms), tuple(people))
