"""The addresses of pages about people."""

from django.urls import URLPattern, path

from servanda.web.views import attendance, directory, people

urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/attendance/", attendance.attendance, name="attendance"),
    path("people/attendance/note/", attendance.note, name="attendance_note"),
    path("people/groups/", directory.groups, name="groups"),
    path("people/groups/add/", directory.group_add, name="group_add"),
    path("people/groups/of/<name:group>/", directory.group, name="group"),
    path("people/groups/of/<name:group>/write/", directory.group_write, name="group_write"),
    path("people/suppliers/", directory.suppliers, name="suppliers"),
    path("people/suppliers/add/", directory.supplier_add, name="supplier_add"),
    path("people/suppliers/of/<name:supplier>/", directory.supplier, name="supplier"),
    path("people/suppliers/of/<name:supplier>/write/", directory.supplier_write, name="supplier_write"),
    path("people/teams/", directory.teams, name="teams"),
    path("people/teams/add/", directory.team_add, name="team_add"),
    path("people/teams/of/<name:team>/", directory.team, name="team"),
    path("people/teams/of/<name:team>/write/", directory.team_write, name="team_write"),
    path("people/add/", people.add, name="people_add"),
    path("people/person/<str:person>/", people.person, name="person"),
    path("people/person/<str:person>/assign/", people.assign, name="person_assign"),
    path("people/person/<str:person>/invite/", people.invite, name="person_invite"),
    path("people/person/<str:person>/second-step/", people.reset_second_step, name="person_reset_second_step"),
    path("people/person/<str:person>/end/", people.end, name="person_end"),
    path("people/person/<str:person>/hand-over/", people.hand_over, name="person_hand_over"),
    path("people/person/<str:person>/leave/", people.leave, name="person_leave"),
    path("people/person/<str:person>/return/", people.come_back, name="person_return"),
]
