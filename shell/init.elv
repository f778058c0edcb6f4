# Puts gvm-rs's one directory first on PATH, and the directory of installed tools last where it is not on
# it; for elvish. `gvm-rs init elvish` prints the values in front of this.
# It starts no process, may be read any number of times, says nothing, and never sets GOROOT.
{
  use str
  var others = [(each {|dir| if (not-eq $dir $__gvm_rs_bin) { put $dir } } $paths)]
  set paths = [$__gvm_rs_bin $@others]
  if (not-eq $__gvm_rs_home '') {
    set-env GVM_RS_HOME $__gvm_rs_home
  }
  if (not-eq $__gvm_rs_tools '') {
    var tools = $__gvm_rs_tools
    if (and (has-env GOBIN) (not-eq (get-env GOBIN) '')) {
      set tools = (get-env GOBIN)
    } elif (and (has-env GOPATH) (not-eq (get-env GOPATH) '')) {
      set tools = [(str:split : (get-env GOPATH))][0]/bin
    }
    if (and (str:has-prefix $tools /) (not (str:contains $tools :)) (not (has-value $paths $tools))) {
      set paths = [$@paths $tools]
    }
  }
}
