"""Who is answered what: a row for each request, a column for each caller.

What stands in braces is a thing of the world around the library, see ``matrix_world.World``: a fresh one wherever a
request would use it up. Rows are written as ``method target status...``, with a status for each of ``CALLERS``.
"""

CALLERS = (
    "nobody",  # no credentials
    "stranger",  # an account that has nothing to do with the library or the group
    "reader",  # has the library in person, to read
    "member",  # has it by the group, to read
    "writer",  # has it in person, to write
    "manager",  # an administrator of the group
    "owner",  # of the library and of the group
    "admin",  # of the server, and a stranger to the library
    "holder",  # of links: shows a link for downloads as its token, and the proof of a link's password
    "revoked",  # a writer whose token was revoked
    "inactive",  # a writer whose account was made inactive
)

MATRIX = """
# accounts
POST   /v1/accounts/?username={new}&email={new}@a.org&password={password}   201 201 201 201 201 201 201 201 401 401 401
GET    /v1/accounts/                                                        401 403 403 403 403 403 403 200 401 401 401
GET    /v1/account/                                                         401 200 200 200 200 200 200 200 401 401 401
GET    /v1/accounts/{owner_id}/                                             401 404 404 404 404 404 200 200 401 401 401
PUT    /v1/accounts/{owner_id}/?email={new}@a.org&old_password={password}   401 404 404 404 404 404 200 200 401 401 401
PUT    /v1/accounts/{owner_id}/?total=1000000000                            401 404 404 404 404 404 403 200 401 401 401
PUT    /v1/accounts/{my_id}/?email={new}@a.org&old_password={password}      401 200 200 200 200 200 200 200 401 401 401
PUT    /v1/accounts/{my_id}/?password={password}&old_password=wrong         401 403 403 403 403 403 403 403 401 401 401
PUT    /v1/accounts/{my_id}/?is_staff=true                                  401 403 403 403 403 403 403 200 401 401 401
PUT    /v1/accounts/{my_id}/?is_active=true                                 401 403 403 403 403 403 403 200 401 401 401
DELETE /v1/accounts/{victim_id}/                                            401 404 404 404 404 404 404 204 401 401 401
DELETE /v1/accounts/{my_id}/                                                401 403 403 403 403 403 403 403 401 401 401
DELETE /v1/accounts/{owner_id}/two-step/                                    401 404 404 404 404 404 403 204 401 401 401
DELETE /v1/accounts/{my_id}/two-step/                                       401 403 403 403 403 403 403 403 401 401 401

# two-step sign-in, app passwords, and who signed in
GET    /v1/account/two-step/                                                401 200 200 200 200 200 200 200 401 401 401
POST   /v1/account/two-step/?password={password}                            401 200 200 200 200 200 200 200 401 401 401
POST   /v1/account/two-step/?password=wrong                                 401 403 403 403 403 403 403 403 401 401 401
PUT    /v1/account/two-step/?password={password}&secret={totp_secret}&code={totp_code} \
                                                                            401 200 200 200 200 200 200 200 401 401 401
POST   /v1/account/recovery-codes/?password={password}                      401 200 200 200 200 200 200 200 401 401 401
DELETE /v1/account/two-step/?password={password}                            401 204 204 204 204 204 204 204 401 401 401
GET    /v1/account/app-passwords/                                           401 200 200 200 200 200 200 200 401 401 401
POST   /v1/account/app-passwords/?name={new}                                401 201 201 201 201 201 201 201 401 401 401
DELETE /v1/account/app-passwords/{owners_app}/                              401 404 404 404 404 404 204 404 401 401 401
GET    /v1/account/sign-ins/                                                401 200 200 200 200 200 200 200 401 401 401

# signing in and out
POST   /v1/auth/?username={my_name}&password={password}                     401 200 200 200 200 200 200 200 401 200 401
DELETE /v1/auth/                                                            401 204 204 204 204 204 204 204 401 401 401
POST   /v1/session/?username={my_name}&password={password}                  401 200 200 200 200 200 200 200 401 200 401
GET    /v1/session/                                                         200 200 200 200 200 200 200 200 401 401 401
DELETE /v1/session/                                                         401 204 204 204 204 204 204 204 401 401 401
GET    /v1/devices/                                                         401 200 200 200 200 200 200 200 401 401 401
DELETE /v1/devices/{owners_device}/                                         401 404 404 404 404 404 204 404 401 401 401
DELETE /v1/devices/                                                         401 204 204 204 204 204 204 204 401 401 401
GET    /v1/accounts/{owner_id}/devices/                                     401 404 404 404 404 404 200 200 401 401 401
DELETE /v1/accounts/{victim_id}/devices/                                    401 404 404 404 404 404 404 204 401 401 401
DELETE /v1/accounts/{my_id}/devices/                                        401 403 403 403 403 403 403 204 401 401 401

# the server
GET    /v1/ping/                                                            200 200 200 200 200 200 200 200 200 200 200
GET    /v1/openapi.json                                                     200 200 200 200 200 200 200 200 200 200 200
GET    /v1/status/                                                          401 403 403 403 403 403 403 200 401 401 401
GET    /v1/settings/                                                        401 403 403 403 403 403 403 200 401 401 401
PUT    /v1/settings/scrub_days/?value=60                                    401 403 403 403 403 403 403 200 401 401 401
PUT    /v1/settings/data/?value=elsewhere                                   401 403 403 403 403 403 403 404 401 401 401
DELETE /v1/settings/scrub_days/                                             401 403 403 403 403 403 403 200 401 401 401
GET    /v1/audit/                                                           401 403 403 403 403 403 403 200 401 401 401
GET    /v1/audit/?format=csv                                                401 403 403 403 403 403 403 200 401 401 401
GET    /v1/health/                                                          200 200 200 200 200 200 200 200 200 200 200
GET    /metrics                                                             404 404 404 404 404 404 404 404 404 404 404
POST   /v1/disk/eject/                                                      401 403 403 403 403 403 403 503 401 401 401

# groups
POST   /v1/groups/?group_name={new}                                         401 201 201 201 201 201 201 201 401 401 401
GET    /v1/groups/                                                          401 200 200 200 200 200 200 200 401 401 401
GET    /v1/groups/{group}/                                                  401 404 404 200 404 200 200 404 401 401 401
PUT    /v1/groups/{group}/?action=rename&new_name={new}                     401 404 404 403 404 403 200 404 401 401 401
PUT    /v1/groups/{own_group}/?action=transfer&target=manager               401 404 404 403 404 403 200 404 401 401 401
DELETE /v1/groups/{own_group}/                                              401 404 404 403 404 403 204 404 401 401 401
GET    /v1/groups/{group}/members/                                          401 404 404 200 404 200 200 404 401 401 401
POST   /v1/groups/{own_group}/members/?target=stranger                      401 404 404 403 404 200 200 404 401 401 401
POST   /v1/groups/{own_group}/members/batch/?targets=stranger,reader        401 404 404 403 404 200 200 404 401 401 401
GET    /v1/groups/{group}/members/{member_id}/                              401 404 404 200 404 200 200 404 401 401 401
PUT    /v1/groups/{own_group}/members/{member_id}/?action=manager           401 404 404 403 404 403 200 404 401 401 401
DELETE /v1/groups/{own_group}/members/{manager_id}/                         401 404 404 403 404 204 204 404 401 401 401
DELETE /v1/groups/{own_group}/members/{member_id}/                          401 404 404 204 404 204 204 404 401 401 401
DELETE /v1/groups/{own_group}/members/{my_id}/                              401 404 404 204 404 204 403 404 401 401 401

# libraries
GET    /v1/repos/                                                           401 200 200 200 200 200 200 200 401 401 401
POST   /v1/repos/?name={new}                                                401 200 200 200 200 200 200 200 401 401 401
GET    /v1/repos/public/                                                    401 200 200 200 200 200 200 200 401 401 401
POST   /v1/repos/public/?name={new}                                         401 200 200 200 200 200 200 200 401 401 401
GET    /v1/repos/{repo}/                                                    401 404 200 200 200 200 200 404 401 401 401
PUT    /v1/repos/{repo}/?desc={new}                                         401 404 403 403 403 403 200 404 401 401 401
DELETE /v1/repos/{own_repo}/                                                401 404 403 403 403 403 204 404 401 401 401
POST   /v1/repos/{own_repo}/action?action=transfer&owner=writer             401 404 403 403 403 403 200 404 401 401 401
POST   /v1/repos/{secret}/action?action=setpassword&password={password}     401 404 200 200 200 200 200 404 401 401 401
POST   /v1/repos/{secret}/action?action=changepassword&old_password={password}&new_password={password} \
                                                                            401 404 403 403 403 403 200 404 401 401 401
GET    /v1/repos/{locked}/dirs/                                             401 404 440 440 440 440 440 404 401 401 401
GET    /v1/repos/{repo}/download/                                           401 404 200 200 200 200 200 404 401 401 401
GET    /v1/repos/{public}/dirs/                                             401 200 200 200 200 200 200 200 401 401 401
POST   /v1/repos/{public}/dirs/?p={new_path}                                401 403 403 403 403 403 200 403 401 401 401
PUT    /v1/repos/{public}/?desc={new}                                       401 403 403 403 403 403 200 403 401 401 401
POST   /v1/repos/{public_rw}/dirs/?p={new_path}                             401 200 200 200 200 200 200 200 401 401 401
GET    /v1/repos/{virtual}/                                                 401 404 200 404 200 404 200 404 401 401 401
POST   /v1/repos/{virtual}/dirs/?p={new_path}                               401 404 403 404 200 404 200 404 401 401 401
PUT    /v1/repos/{virtual}/?name={new}                                      401 404 403 404 403 404 403 404 401 401 401
DELETE /v1/repos/{virtual}/                                                 401 404 403 404 403 404 403 404 401 401 401

# folders
GET    /v1/repos/{repo}/dirs/?p={folder}                                    401 404 200 200 200 200 200 404 401 401 401
POST   /v1/repos/{repo}/dirs/?p={new_path}                                  401 404 403 403 200 403 200 404 401 401 401
DELETE /v1/repos/{repo}/dirs/?p={own_folder}                                401 404 403 403 204 403 204 404 401 401 401
POST   /v1/repos/{repo}/dirs/action?p={own_folder}&action=rename&newname={new} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/dirs/action?p={folder}&action=copy&dst_dir_path={new} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/dirs/action?p={own_folder}&action=move&dst_dir_path={new} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/dirs/action?p=/&action=revert&commit_id={commit}    401 404 403 403 200 403 200 404 401 401 401
GET    /v1/repos/{repo}/dirs/download/?p={folder}                           401 404 200 200 200 200 200 404 401 401 401

# files
GET    /v1/repos/{repo}/files/?p={file}                                     401 404 200 200 200 200 200 404 401 401 401
POST   /v1/repos/{repo}/files/?p={new_path}                                 401 404 403 403 201 403 201 404 401 401 401
DELETE /v1/repos/{repo}/files/?p={own_file}                                 401 404 403 403 204 403 204 404 401 401 401
DELETE /v1/repos/{repo}/files/?p={writers_file}                             401 404 403 403 204 403 423 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={own_file}&action=rename&newname={new} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={file}&action=copy&dst_file_path={new} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={own_file}&action=move&dst_file_path={new} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={file}&action=copy&dst_repo_id={public_rw}&dst_file_path={new_path} \
                                                                            401 404 200 200 200 200 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={own_file}&action=move&dst_repo_id={public_rw}&dst_file_path={new_path} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{public_rw}/files/action?p=/a.txt&action=copy&dst_repo_id={repo}&dst_file_path={new_path} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={own_file}&action=lock               401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={owners_file}&action=lock            401 404 403 403 423 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={owners_file}&action=unlock          401 404 403 403 423 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={writers_file}&action=unlock         401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={file}&action=history                401 404 200 200 200 200 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={file}&action=revision&commit_id={commit} \
                                                                            401 404 200 200 200 200 200 404 401 401 401
POST   /v1/repos/{repo}/files/action?p={file}&action=revert&commit_id={commit} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
GET    /v1/repos/{repo}/files/download/?p={file}                            401 404 200 200 200 200 200 404 401 401 401
GET    /v1/repos/{repo}/files/upload/?p={folder}                            401 404 403 403 200 403 200 404 401 401 401
GET    /v1/repos/{repo}/files/uploaded-bytes/?p={folder}&name=big.bin       401 404 403 403 200 403 200 404 401 401 401

# many at once
POST   /v1/repos/{repo}/batch?action=delete&paths={own_file}                401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{own_repo}/batch?action=restore&paths=/gone.txt            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/batch?action=copy&paths={own_file}&dst_dir={own_folder} \
                                                                            401 404 403 403 200 403 200 404 401 401 401
POST   /v1/repos/{repo}/batch?action=move&paths={own_file}&dst_dir={own_folder} \
                                                                            401 404 403 403 200 403 200 404 401 401 401

# history and trash
GET    /v1/repos/{repo}/history/                                            401 404 200 200 200 200 200 404 401 401 401
GET    /v1/repos/{repo}/history/{commit}/                                   401 404 200 200 200 200 200 404 401 401 401
GET    /v1/repos/{repo}/trash/                                              401 404 200 200 200 200 200 404 401 401 401
POST   /v1/repos/{own_repo}/trash/?p=/gone.txt&commit_id={removal}          401 404 403 403 200 403 200 404 401 401 401
DELETE /v1/repos/{own_repo}/trash/                                          401 404 403 403 403 403 204 404 401 401 401

# sharing
GET    /v1/shared-repos/                                                    401 200 200 200 200 200 200 200 401 401 401
POST   /v1/shared-repos/?repo_id={own_repo}&share_type=personal&user=stranger \
                                                                            401 404 403 403 403 403 200 404 401 401 401
POST   /v1/shared-repos/?repo_id={own_repo}&share_type=group&group_id={group} \
                                                                            401 404 404 403 404 403 200 404 401 401 401
DELETE /v1/shared-repos/?repo_id={own_repo}&share_type=personal&user=reader 401 404 403 403 403 403 204 404 401 401 401
DELETE /v1/shared-repos/?repo_id={own_repo}&share_type=group&group_id={group} \
                                                                            401 404 403 403 403 403 204 404 401 401 401
GET    /v1/beshared-repos/                                                  401 200 200 200 200 200 200 200 401 401 401
DELETE /v1/beshared-repos/?repo_id={own_repo}                               401 404 204 404 204 404 404 404 401 401 401
GET    /v1/repos/{repo}/dirs/shared/?p={folder}                             401 404 403 403 403 403 200 404 401 401 401
POST   /v1/repos/{repo}/dirs/shared/?p={own_folder}&share_type=user&targets=stranger \
                                                                            401 404 403 403 403 403 200 404 401 401 401
PUT    /v1/repos/{repo}/dirs/shared/?p={folder}&share_type=user&target=reader \
                                                                            401 404 403 403 403 403 200 404 401 401 401
DELETE /v1/repos/{own_repo}/dirs/shared/?p=/&share_type=user&target=reader  401 404 403 403 403 403 204 404 401 401 401

# links
POST   /v1/repos/{repo}/files/shared-link/?p={file}                         401 404 201 201 201 201 201 404 401 401 401
POST   /v1/repos/{repo}/dirs/shared-link/?p={folder}                        401 404 201 201 201 201 201 404 401 401 401
POST   /v1/repos/{repo}/dirs/upload-link/?p={folder}                        401 404 403 403 201 403 201 404 401 401 401
GET    /v1/shared-links/                                                    401 200 200 200 200 200 200 200 401 401 401
DELETE /v1/shared-links/?t={own_link}                                       401 404 404 404 404 404 204 404 401 401 401

# the caller's own
GET    /v1/activities/                                                      401 200 200 200 200 200 200 200 401 401 401
GET    /v1/search/?q=a                                                      401 200 200 200 200 200 200 200 401 401 401
GET    /v1/search/?q=a&repo_id={repo}                                       401 404 200 200 200 200 200 404 401 401 401
GET    /v1/starred/                                                         401 200 200 200 200 200 200 200 401 401 401
POST   /v1/starred/?repo_id={repo}&p={file}                                 401 404 200 200 200 200 200 404 401 401 401
DELETE /v1/starred/?repo_id={repo}&p={file}                                 401 404 204 204 204 204 204 404 401 401 401
GET    /v1/notifications/                                                   401 200 200 200 200 200 200 200 401 401 401
DELETE /v1/notifications/                                                   401 204 204 204 204 204 204 204 401 401 401
GET    /v1/notifications/unread/                                            401 200 200 200 200 200 200 200 401 401 401
DELETE /v1/notifications/unread/                                            401 204 204 204 204 204 204 204 401 401 401

# bytes, for whoever has the link
GET    /files/{download}/a.txt                                              200 200 200 200 200 200 200 200 200 200 200
GET    /files/{archive}/folder                                              200 200 200 200 200 200 200 200 200 200 200
GET    /files/{dead_download}/a.txt                                         404 404 404 404 404 404 404 404 404 404 404
GET    /files/{upload}/a.txt                                                404 404 404 404 404 404 404 404 404 404 404
POST   /upload-api/{upload}                                                 200 200 200 200 200 200 200 200 200 200 200
POST   /upload-api/{download}                                               404 404 404 404 404 404 404 404 404 404 404

# share pages, for whoever has the link and its password
GET    /f/{file_link}/                                                      200 200 200 200 200 200 200 200 200 200 200
GET    /f/{file_link}/?dl=1                                                 200 200 200 200 200 200 200 200 200 200 200
POST   /f/{file_link}/?password={password}                                  303 303 303 303 303 303 303 303 303 303 303
GET    /f/{folder_link}/                                                    404 404 404 404 404 404 404 404 404 404 404
GET    /f/{dead_link}/                                                      404 404 404 404 404 404 404 404 404 404 404
GET    /d/{folder_link}/                                                    200 200 200 200 200 200 200 200 200 200 200
GET    /d/{folder_link}/?dl=1                                               200 200 200 200 200 200 200 200 200 200 200
GET    /d/{folder_link}/files/?p=/a.txt                                     200 200 200 200 200 200 200 200 200 200 200
GET    /d/{locked_link}/                                                    403 403 403 403 403 403 403 403 200 403 403
GET    /d/{locked_link}/?dl=1                                               403 403 403 403 403 403 403 403 200 403 403
GET    /d/{locked_link}/files/?p=/a.txt                                     403 403 403 403 403 403 403 403 200 403 403
POST   /d/{locked_link}/?password={password}                                303 303 303 303 303 303 303 303 303 303 303
GET    /u/{upload_link}/                                                    200 200 200 200 200 200 200 200 200 200 200
POST   /u/{upload_link}/                                                    200 200 200 200 200 200 200 200 200 200 200
"""
