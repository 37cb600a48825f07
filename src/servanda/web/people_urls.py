"""The addresses of pages about people."""

from django.urls import URLPattern, path

from servanda.web.views import attendance, people

urlpatterns: list[URLPattern] = [
    path("people/", people.people, name="people"),
    path("people/attendance/", attendance.attendance, name="attendance"),
    path("people/attendance/note/", attendance.note, name="attendance_note"),
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
