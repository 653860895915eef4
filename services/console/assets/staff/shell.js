// What is wrong with a form takes the focus.
document.querySelector(".errors")?.focus();
// What was kept in memory is not shown again after signing out: no-store says so, some browsers keep it nevertheless.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
